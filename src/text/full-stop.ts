/** A sentence as a part of a longer one. */
export function withoutFullStop(sentence: string): string {
  return sentence.replace(/\.$/, "");
}

/** Words as a sentence that another one may follow. */
export function asSentence(words: string): string {
  return /[.?!]$/.test(words) ? words : `${words}.`;
}
