import type { TaskOutput } from "../data-models/task-output.ts";
import { emptyAnswer } from "../router/empty-answer.ts";
import type { WholeAnswer } from "../router/whole-answer.ts";

/** Follows what a content filter left of an answer: a half is not to be read as the whole. */
const cutNotice = "[The AI's content filter stopped the answer here.]";

/**
 * Maps a whole answer to the arena's, which has room for one image. A refusal is
 * its text, and one that a content filter cut says so.
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
  if (finishReason !== "content-filter") return text;
  return text ? `${text}\n\n${cutNotice}` : cutNotice;
}
