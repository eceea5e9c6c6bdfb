import type { ChatEvent } from "../data-models/chat.ts";
import type { TaskOutput } from "../data-models/task.ts";
import { toWholeAnswer, type WholeAnswer } from "../routing/call/whole-answer.ts";

/** What follows a part of an answer: a half is not to be read as the whole. */
const notices = {
  "content-filter": "[The AI's content filter stopped the answer here.]",
  deadline: "[The AI ran out of time here.]",
} as const;

/**
 * Puts an answer together for the arena, which has room for one image. A refusal
 * is its text, and one that a content filter or the deadline cut says so.
 * @throws what the answer ends with, and TypeError when its last event is not `finish`
 */
export async function toTaskOutput(answer: AsyncIterable<ChatEvent>): Promise<TaskOutput> {
  const events: ChatEvent[] = [];
  for await (const event of answer) events.push(event);
  const whole = toWholeAnswer(events);
  const [image] = whole.images;
  const text = shownText(whole);
  return image === undefined ? { text } : { text, image };
}

function shownText({ text, finishReason }: WholeAnswer): string {
  if (finishReason !== "content-filter" && finishReason !== "deadline") return text;
  const notice = notices[finishReason];
  return text ? `${text}\n\n${notice}` : notice;
}
