/** How much structure a JSON text may have before parsing it could hold up the server. */
export interface OutlineLimits {
  /** Characters outside of strings but white space, and quotes within strings. */
  readonly tokens: number;
  /** White space and control characters outside of strings. */
  readonly blanks: number;
  /** Backslashes, wherever they are. */
  readonly escapes: number;
  /** Brackets within brackets. */
  readonly depth: number;
}

const quote = 0x22;
const space = 0x20;
const backslash = 0x5c;

/**
 * Looks at a JSON text's structure without parsing it and says which limit it
 * exceeds, if any. Long strings cost next to nothing, so a request of 32 MiB
 * that is one image passes, while one of 32 MiB of brackets, which would keep
 * `JSON.parse` busy for seconds, is refused within a few milliseconds.
 */
export function exceedsOutline(text: string, limits: OutlineLimits): keyof OutlineLimits | null {
  if (hasMore(text, "\\", limits.escapes)) return "escapes";
  let tokens = 0;
  let blanks = 0;
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === quote) {
      index = endOfString(text, index, () => ++tokens > limits.tokens);
      if (index === -1) return tokens > limits.tokens ? "tokens" : null;
    } else if (code > space) {
      // Brackets and braces differ in one bit.
      if ((code | 0x20) === 0x7b && ++depth > limits.depth) return "depth";
      if ((code | 0x20) === 0x7d) depth--;
      if (++tokens > limits.tokens) return "tokens";
    } else if (++blanks > limits.blanks) {
      return "blanks";
    }
  }
  return null;
}

function hasMore(text: string, character: string, limit: number): boolean {
  let count = 0;
  let index = text.indexOf(character);
  for (; index !== -1 && count <= limit; index = text.indexOf(character, index + 1)) count++;
  return count > limit;
}

/** Index of the quote that ends the string which begins at `start`, or -1. */
function endOfString(text: string, start: number, isTooMuch: () => boolean): number {
  let end = start;
  for (;;) {
    end = text.indexOf('"', end + 1);
    if (end === -1 || isTooMuch()) return -1;
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === backslash) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
}
