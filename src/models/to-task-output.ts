import type { TaskOutput } from "../data-models/task.ts";
import { emptyAnswer } from "../routing/call/empty-answer.ts";
import type { WholeAnswer } from "../routing/call/whole-answer.ts";

/** What follows a part of an answer: a half is not to be read as the whole. */
const notices = {
  "content-filter": "[The AI's content filter stopped the answer here.]",
  deadline: "[The AI ran out of time here.]",
} as const;

/**
 * Maps a whole answer to the arena's, which has room for one image. A refusal is
 * its text, and one that a content filter or the deadline cut says so.
 * @param provider whose answer it is, as people know it
 * @throws ProviderError when there is nothing to show
 */
export function toTaskOutput(answer: WholeAnswer, provider: string): TaskOutput {
  const [image] = answer.images;
  if (!answer.text && image === undefined) throw emptyAnswer(provider, answer.finishReason);
  const text = shownText(answer);
  return image === undefined ? { text } : { text, image };
}

function shownText({ text, finishReason }: WholeAnswer): string {
  if (finishReason !== "content-filter" && finishReason !== "deadline") return text;
  const notice = notices[finishReason];
  return text ? `${text}\n\n${notice}` : notice;
}
