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
