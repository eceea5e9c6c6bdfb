import { z } from "zod";
import { shownText } from "../../text/shown-text.ts";

/** What kind of value came, for a message: never the value itself. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  if (typeof value === "string") return "text";
  if (typeof value === "number" && !Number.isFinite(value)) return `${value}`;
  return typeof value === "boolean" ? `${value}` : `a ${typeof value}`;
}

/** Says that a text was expected, what came, and how to write it. */
export function textExpected(what: string, value: unknown): string {
  if (value === undefined) return `is missing; give ${what}`;
  if (value === null) return `is empty; give ${what}, or take the line away`;
  if (Array.isArray(value) || typeof value === "object") {
    return `expected ${what} as text, got ${kindOf(value)}`;
  }
  return `expected ${what} as text, got ${kindOf(value)}; put it in quotes`;
}

/** A text that is not empty and has no blanks around it; `what` says what to give. */
export function textField(what: string) {
  return z
    .string({ error: ({ input }) => textExpected(what, input) })
    .min(1, { error: `is empty; give ${what}`, abort: true })
    .check(({ value, issues }) => {
      const message =
        value.trim() === ""
          ? `is empty; give ${what}`
          : value !== value.trim()
            ? "has blanks or line ends around it; take them away"
            : /\p{Cc}/u.test(value)
              ? "holds a line end or another control character; take it away"
              : "";
      if (message) issues.push({ code: "custom", message, input: undefined });
    });
}

/** A text of a certain form; what came is shown, so it is for no key. */
export function formField(what: string, form: RegExp, remedy: string) {
  return textField(what).check(
    z.regex(form, {
      abort: true,
      error: ({ input }) => `expected ${what}, got ${shownText(String(input))}; ${remedy}`,
    }),
  );
}

/** One of several words. */
export function wordField<const Words extends readonly [string, ...string[]]>(words: Words) {
  const expected = `expected ${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
  return z.enum(words, {
    error: ({ input }) =>
      input === undefined
        ? `is missing; ${expected}`
        : `${expected}, got ${typeof input === "string" ? shownText(input) : kindOf(input)}`,
  });
}

/**
 * A base URL by http or https. It is never shown, because people put passwords
 * and keys into URLs; those are refused.
 */
export function urlField(what: string) {
  return textField(what).check(({ value, issues }) => {
    const message = urlProblem(value.trim());
    if (message) issues.push({ code: "custom", message, input: undefined });
  });
}

function urlProblem(value: string): string | null {
  if (value === "") return null;
  const url = URL.canParse(value) ? new URL(value) : null;
  if (!url || !/^https?:\/\//i.test(value)) {
    return "expected a URL that begins with http:// or https://; write scheme, host and path";
  }
  if (url.username || url.password) {
    return "expected a URL without user and password; give the key as accessKey";
  }
  if (url.search || url.hash) {
    return "expected a URL without ? and #; give its beginning only, up to the version";
  }
  if (/\/(?:chat\/)?completions\/?$|\/embeddings\/?$/.test(url.pathname)) {
    return "expected a base URL, got one of a single call; leave /chat/completions away";
  }
  return null;
}
