import { charactersOf, padText, textWidth } from "../sessions/text-width.ts";

/** Two texts next to each other in so many columns of a terminal. */
export function sideBySide(left: string, right: string, width: number): string[] {
  const half = Math.floor((width - separator.length) / 2);
  const [one, other] = [wrapText(left, half), wrapText(right, half)];
  return Array.from({ length: Math.max(one.length, other.length) }, (_, index) =>
    `${padText(one[index] ?? "", half)}${separator}${other[index] ?? ""}`.trimEnd(),
  );
}

const separator = " │ ";

/** Lines that are at most `width` wide, broken between words where that is possible. */
export function wrapText(text: string, width: number): string[] {
  return text.split("\n").flatMap((line) => wrapLine(line.replaceAll("\t", "  "), width));
}

function wrapLine(line: string, width: number): string[] {
  const lines: string[] = [];
  let current = "";
  for (const word of line.split(/(?<= )/)) {
    if (textWidth(current + word.trimEnd()) > width && current !== "") {
      lines.push(current.trimEnd());
      current = "";
    }
    for (const piece of piecesOf(word, width)) {
      if (textWidth(current + piece.trimEnd()) > width) {
        lines.push(current.trimEnd());
        current = "";
      }
      current += piece;
    }
  }
  return [...lines, current.trimEnd()];
}

/** A word whole, or by characters if no line can hold it. */
function piecesOf(word: string, width: number): Iterable<string> {
  return textWidth(word.trimEnd()) > width ? charactersOf(word) : [word];
}
