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

/** What a check found. */
export type Finding =
  | { readonly verdict: "ok" | "not seen" | "info"; readonly detail: string }
  | {
      readonly verdict: "broken";
      /** What the container did. */
      readonly detail: string;
      /** What that does in the arena, in one sentence. */
      readonly consequence: string;
    };

/** The container does what the arena needs. */
export function ok(detail: string): Finding {
  return { verdict: "ok", detail };
}

/** The container does something that harms in the arena. */
export function broken(detail: string, consequence: string): Finding {
  return { verdict: "broken", detail, consequence };
}

/** Nothing can be said, because of `reason`: neither that it is right nor that it is wrong. */
export function notSeen(reason: string): Finding {
  return { verdict: "not seen", detail: reason };
}

/** Good to know; the arena does not depend on it. */
export function info(detail: string): Finding {
  return { verdict: "info", detail };
}
