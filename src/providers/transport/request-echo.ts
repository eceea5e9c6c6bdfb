/** Beyond it a search would take longer than its result is worth. */
const maxCharacters = 200_000;
const runLength = 4;

/** A message, as far as its text matters here. */
export interface Spoken {
  readonly role?: string;
  readonly content: string | readonly { readonly type: string; readonly text?: string }[];
}

/**
 * Whether what a vendor wrote repeats the request's words: a whole text of it,
 * or some words in a row. Then it is not for the log.
 */
export function repeatsRequest(sentence: string, messages: readonly Spoken[]): boolean {
  const texts = messages.flatMap(textsOf);
  if (texts.reduce((sum, { length }) => sum + length, 0) > maxCharacters) return true;
  const said = wordsOf(sentence.slice(0, 2000));
  return texts.map(wordsOf).some((words) => {
    if (words.length === 0) return false;
    const length = Math.min(words.length, runLength);
    const text = ` ${words.join(" ")} `;
    return said.some((_, index) => {
      const run = said.slice(index, index + length);
      return run.length === length && text.includes(` ${run.join(" ")} `);
    });
  });
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

function textsOf({ content }: Spoken): string[] {
  if (typeof content === "string") return [content];
  return content.flatMap((part) => part.text ?? []);
}
