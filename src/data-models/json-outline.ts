/** How much structure a JSON text may have before parsing it could hold up the server. */
export interface OutlineLimits {
  /** Characters outside of strings but white space. */
  readonly tokens: number;
  /** White space and control characters outside of strings. */
  readonly blanks: number;
  /** Backslashes within strings. */
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
  const excess = findExcess(text, limits);
  // V8 keeps the text of the last match, which may be 32 MiB, until there is another one.
  marks.lastIndex = 0;
  marks.test('"');
  return excess;
}

function findExcess(text: string, limits: OutlineLimits): keyof OutlineLimits | null {
  let tokens = 0;
  let blanks = 0;
  let escapes = 0;
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index++) {
    if (isInString) {
      index = nextMark(text, index);
      if (index === -1) return null;
      if (text.charCodeAt(index) === backslash) {
        escapes++;
        // What it escapes, a quote perhaps, ends nothing.
        if (text.charCodeAt(++index) === backslash) escapes++;
        if (escapes > limits.escapes) return "escapes";
        continue;
      }
      isInString = false;
      if (++tokens > limits.tokens) return "tokens";
      continue;
    }
    const code = text.charCodeAt(index);
    if (code === quote) {
      isInString = true;
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

/** `indexOf` takes 100 ms for 32 MiB of letters that have the code it looks for in one of their two bytes. */
const marks = /["\\]/g;

/** Index of the next quote or backslash, or -1. */
function nextMark(text: string, start: number): number {
  marks.lastIndex = start;
  return marks.test(text) ? marks.lastIndex - 1 : -1;
}
