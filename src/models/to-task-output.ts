import type { TaskOutput } from "../data-models/task-output.ts";
import { ProviderError } from "../errors/provider-error.ts";
import type { WholeAnswer } from "../router/whole-answer.ts";

/**
 * Maps a whole answer to the arena's, which has room for one image. A refusal is
 * its text.
 * @param provider whose answer it is, as people know it
 * @throws ProviderError when there is nothing to show
 */
export function toTaskOutput(answer: WholeAnswer, provider: string): TaskOutput {
  const { text } = answer;
  const [image] = answer.images;
  if (!text && image === undefined) throw emptyAnswer(answer, provider);
  return image === undefined ? { text } : { text, image };
}

function emptyAnswer({ finishReason }: WholeAnswer, provider: string): ProviderError {
  switch (finishReason) {
    case "content-filter":
      return new ProviderError(
        provider,
        "PERMISSION_DENIED",
        "its content filter stopped the answer.",
        { reason: "content-filter" },
      );
    case "length":
      return nothing(provider, "the model reached its token limit before it wrote anything.");
    case "stop":
    case "tool-calls":
      return nothing(provider, "the answer is empty.");
  }
}

function nothing(provider: string, problem: string): ProviderError {
  return new ProviderError(provider, "INTERNAL", problem, {
    retryable: true,
    participantText: "The AI gave no answer. Please try again.",
  });
}
