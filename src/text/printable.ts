/**
 * Text from outside as it may go to a terminal: control characters, which could
 * move the cursor or change what stands there, are written out. Line ends and
 * tabs stay if `keep` says so.
 */
export function printable(text: string, keep: "nothing" | "lines" = "nothing"): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, (character) => {
    if (keep === "lines" && (character === "\n" || character === "\t")) return character;
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
  });
}
