/**
 * A model's name in the form in which names are compared: `Claude_3.5_Sonnet`
 * and `claude-3-5-sonnet` are one model. What globs are made of stays as it is.
 * Vendors get the name as it was written, never this.
 */
export function normalizeModelName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[\s_./-]+/g, "-");
}

/** Whether two spellings name one model. */
export function isSameModel(one: string, other: string): boolean {
  return normalizeModelName(one) === normalizeModelName(other);
}
