import { inspect } from "node:util";

/** What no key contains, and no HTTP header can carry: line breaks, tabs, invisible characters. */
const unsendable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const reference = /\{(?:azure|aws|env|file|vault):/i;

/** Makes a text a secret, or says in words what is wrong with it: never what it is. */
export function toSecret(text: string): Secret | string {
  const key = text.trim();
  if (key === "") return "is empty; a key was expected";
  if (key.startsWith("{")) {
    return "begins with a brace, so it is a reference or JSON where a key was expected; it is not sent";
  }
  const place = key.search(unsendable);
  if (place >= 0) {
    const code = key.codePointAt(place)?.toString(16).toUpperCase().padStart(4, "0");
    return `holds a control or invisible character (U+${code}) as character ${place + 1} of ${key.length}; copy the key again, whole and without line breaks`;
  }
  if (reference.test(key)) {
    return "holds a reference within other text; a reference must be the whole text, without quotes or words around it";
  }
  return new Secret(key);
}

const shown = "[secret]";

/** A key, password or token that never prints itself. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The text itself, for the one place that sends it. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  [inspect.custom](): string {
    return shown;
  }
}
