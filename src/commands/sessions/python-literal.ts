const constants: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["True", true],
  ["False", false],
  ["None", null],
  ["nan", Number.NaN],
  ["inf", Number.POSITIVE_INFINITY],
  // What json.dumps writes beside what JSON allows.
  ["true", true],
  ["false", false],
  ["null", null],
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
]);
const escapes: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["b", "\b"],
  ["f", "\f"],
]);
const maxDepth = 100;

/**
 * Reads what Python's `str` makes of dicts, lists, tuples, strings, numbers,
 * True, False and None: tasks send it in the place of JSON.
 * @throws SyntaxError for anything else
 */
export function readPythonLiteral(text: string): unknown {
  return new LiteralReader(text).read();
}

class LiteralReader {
  readonly #text: string;
  #index = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): unknown {
    const value = this.#value();
    this.#take(/\s*/y);
    if (this.#index < this.#text.length) throw this.#wrong();
    return value;
  }

  #value(): unknown {
    this.#take(/\s*/y);
    switch (this.#text[this.#index]) {
      case "{":
        return Object.fromEntries(this.#items("{", "}", () => this.#entry()));
      case "[":
        return this.#items("[", "]", () => this.#value());
      case "(":
        return this.#items("(", ")", () => this.#value());
      case "'":
      case '"':
        return this.#string();
      default:
        return this.#numberOrConstant();
    }
  }

  #entry(): readonly [string, unknown] {
    const key = this.#value();
    if (typeof key === "object" && key !== null) throw this.#wrong();
    this.#expect(":");
    return [String(key), this.#value()];
  }

  #items<Item>(open: string, close: string, item: () => Item): Item[] {
    this.#depth += 1;
    if (this.#depth > maxDepth) throw this.#wrong();
    this.#expect(open);
    const items: Item[] = [];
    while (!this.#isNext(close)) {
      items.push(item());
      if (!this.#isNext(close)) this.#expect(",");
    }
    this.#expect(close);
    this.#depth -= 1;
    return items;
  }

  #string(): string {
    const quoted = this.#take(/'[^'\\\n]*(?:\\.[^'\\\n]*)*'|"[^"\\\n]*(?:\\.[^"\\\n]*)*"/sy);
    if (quoted === "") throw this.#wrong();
    return quoted
      .slice(1, -1)
      .replaceAll(
        /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|(.))/gs,
        (all: string, two?: string, four?: string, eight?: string, one = "") => {
          const code = two ?? four ?? eight;
          if (code !== undefined) return this.#character(Number.parseInt(code, 16));
          return escapes.get(one) ?? (/[\\'"]/.test(one) ? one : all);
        },
      );
  }

  #character(code: number): string {
    if (code > 0x10ffff) throw this.#wrong();
    return String.fromCodePoint(code);
  }

  #numberOrConstant(): unknown {
    const number = this.#take(/[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?(?!\w)/iy);
    if (number !== "") return Number(number);
    const sign = this.#take(/-/y) === "" ? 1 : -1;
    const word = this.#take(/[A-Za-z]+/y);
    if (!constants.has(word)) throw this.#wrong();
    const value = constants.get(word);
    return sign === -1 && typeof value === "number" ? -value : value;
  }

  #isNext(character: string): boolean {
    this.#take(/\s*/y);
    return this.#text[this.#index] === character;
  }

  #expect(character: string): void {
    if (!this.#isNext(character)) throw this.#wrong();
    this.#index += 1;
  }

  /** What a sticky pattern finds at this place; empty when it finds nothing. */
  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#index;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#index += found.length;
    return found;
  }

  #wrong(): SyntaxError {
    return new SyntaxError(`not a Python literal at character ${this.#index + 1}`);
  }
}
