/**
 * How a new answer compares with the recorded one. `failed`: it is an error
 * and the recorded one was none, or is not known; `new`: there was none to compare with.
 */
export type Comparison = "same" | "different" | "failed" | "still failed" | "repaired" | "new";

/** Compares texts and images as they are; of errors only that they are errors. */
export function compareAnswers(recorded: ReplayAnswer | null, replayed: ReplayAnswer): Comparison {
  if (replayed.error) return recorded?.error ? "still failed" : "failed";
  if (recorded === null) return "new";
  if (recorded.error) return "repaired";
  const isSame = recorded.text === replayed.text && recorded.image === replayed.image;
  return isSame ? "same" : "different";
}

/** An answer as `arena replay` compares it: the recorded one, or the new one. */
export interface ReplayAnswer {
  /** What a participant reads, also when it failed. */
  readonly text: string;
  /** Base64. */
  readonly image: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  /** How long the model took; null when that is not known. */
  readonly modelMs: number | null;
}
