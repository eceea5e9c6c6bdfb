/** What a failure does in the arena, where several checks can find the same one. */
export const consequences = {
  predictDies:
    "The platform's orchestrator never calls predict again and the test orchestrator ends: nobody gets an answer until they are restarted.",
  predictHangs:
    "The orchestrator waits in predict, and the requests of all the others wait behind it.",
  queue:
    "Participants wait for each other: the last of ten waits for all the answers before its own.",
  waitsForever: "The participant who asked waits in front of a spinner for ever.",
  lostAnswer: "The answer is lost: its participant waits in front of a spinner for ever.",
  unreadable: "The task cannot show the answer.",
  twice: "The participant sees the same answer twice.",
  streamDies:
    "The platform's orchestrator never opens the stream again and the test orchestrator ends: nobody gets an answer until they are restarted.",
} as const;
