const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const wide =
  /\p{Emoji_Presentation}|\uFE0F|[\p{sc=Han}\p{sc=Hangul}\p{sc=Hiragana}\p{sc=Katakana}\u3000-\u303E\uFF01-\uFF60\uFFE0-\uFFE6]/u;
// What is within printable ASCII needs no closer look.
const plain = /^[ -~]*$/;

/** The characters of a text as a reader sees them. */
export function* charactersOf(text: string): Generator<string> {
  if (plain.test(text)) yield* text;
  else for (const { segment } of graphemes.segment(text)) yield segment;
}

/** How many columns of a terminal a text takes. */
export function textWidth(text: string): number {
  if (plain.test(text)) return text.length;
  let width = 0;
  for (const character of charactersOf(text)) width += wide.test(character) ? 2 : 1;
  return width;
}

/** The text with blanks behind it, up to `width` columns. */
export function padText(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - textWidth(text)));
}
