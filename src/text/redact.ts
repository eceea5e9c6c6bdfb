/** What is shorter stands in ordinary words, too. */
export const minSecretLength = 6;

/** So many characters of a key that follow each other give it away, in whatever form they are written. */
const tellingPart = 8;

/** So much of a key's start or end gives it away, where its middle is left out. */
const tellingEnd = 6;

/** Looks like a key, or like one that its reader has masked in part. */
const keyLike = /^(sk|pk|rk|key|Bearer)[-_][\w-]{8,}|\*{3,}/i;

/**
 * Takes keys out of a text, whole and in parts of 8 or more characters, as they
 * are and in base64 (also of a text that holds the key, such as `user:key`),
 * base64url, hex and percent-encoding. The time it takes grows with the sum of
 * the texts' lengths, not with their product.
 */
export function redact(text: string, keys: readonly string[]): string {
  const isTaken = new Uint8Array(text.length);
  const readings = [asItIs(text), ...(text.includes("%") ? [percentDecoded(text)] : [])];
  for (const key of keys) {
    if (key === "") continue;
    for (const reading of readings) markPlain(reading, key, isTaken);
    // What is shorter would be met by accident.
    if (key.length < tellingPart) continue;
    const bytes = Buffer.from(key);
    markParts(inLowerCase(text), [bytes.toString("hex")], isTaken);
    markParts(inOneAlphabet(text), base64Forms(bytes), isTaken);
  }
  return isTaken.includes(1) ? withoutMarked(text, isTaken) : text;
}

/**
 * Takes keys, whole, in part or encoded, and inline images out of what a foreign
 * system said, and cuts it to the length of a log line.
 */
export function redactForeign(text: string, secrets: readonly string[]): string {
  return redact(text.slice(0, 2000), secrets)
    .split(/([\s"'`,;()<>{}]+)/)
    .map((word) => (isTelling(word, secrets) ? "[secret]" : word))
    .join("")
    .replaceAll(/data:[\w/+.-]*[;,]\S*/g, "[data]")
    .slice(0, 300);
}

function isTelling(word: string, secrets: readonly string[]): boolean {
  if (keyLike.test(word)) return true;
  return secrets.some(
    (secret) =>
      secret.length > tellingEnd &&
      (word.includes(secret.slice(0, tellingEnd)) || word.includes(secret.slice(-tellingEnd))),
  );
}

/** What a text says, and where in it each character begins; one place more for its end. */
interface Reading {
  readonly said: string;
  readonly placeOf: (index: number) => number;
}

function asItIs(text: string): Reading {
  return { said: text, placeOf: (index) => index };
}

/** The text with `A` for `%41`. Keys are ASCII. */
function percentDecoded(text: string): Reading {
  const places: number[] = [];
  let said = "";
  for (const { 0: written, 1: code, index } of text.matchAll(/%([0-7][0-9a-f])|./gis)) {
    said += code === undefined ? written : String.fromCharCode(Number.parseInt(code, 16));
    places.push(index);
  }
  return { said, placeOf: (index) => places[index] ?? text.length };
}

/** The key as it is, of any length, and its parts. */
function markPlain({ said, placeOf }: Reading, key: string, isTaken: Uint8Array): void {
  const isMet = new Uint8Array(said.length);
  for (let at = said.indexOf(key); at >= 0; at = said.indexOf(key, at + key.length)) {
    isMet.fill(1, at, at + key.length);
  }
  const isPart = new Uint8Array(said.length);
  markParts(inLowerCase(said), [inLowerCase(key)], isPart);
  for (const [from, to] of runsOf(isPart)) {
    if (!isOrdinaryWord(said, from, to, key)) isMet.fill(1, from, to);
  }
  for (const [from, to] of runsOf(isMet)) isTaken.fill(1, placeOf(from), placeOf(to));
}

/** Marks what a text has in common with one of the forms: their parts, and what these overlap to. */
function markParts(text: string, forms: readonly string[], isTaken: Uint8Array): void {
  const parts = new Set<string>();
  for (let at = 0; at + tellingPart <= text.length; at++) {
    parts.add(text.slice(at, at + tellingPart));
  }
  const shared = new Set<string>();
  for (const form of forms) {
    for (let at = 0; at + tellingPart <= form.length; at++) {
      const part = form.slice(at, at + tellingPart);
      if (parts.has(part)) shared.add(part);
    }
  }
  if (shared.size === 0) return;
  for (let at = 0; at + tellingPart <= text.length; at++) {
    if (shared.has(text.slice(at, at + tellingPart))) isTaken.fill(1, at, at + tellingPart);
  }
}

/**
 * Whether a part is a word that stands alone in the text as it does in the
 * key: the `production` of `sk-production-8Zk2Qw7x`. A key of words alone has none.
 */
function isOrdinaryWord(text: string, from: number, to: number, key: string): boolean {
  const word = text.slice(from, to);
  if (!/^(?:[a-z]+|[A-Z]?[a-z]+|[A-Z]+)$/.test(word) || !/\d/.test(key)) return false;
  if (/[\p{L}\p{N}]/u.test(`${text[from - 1] ?? ""}${text[to] ?? ""}`)) return false;
  return inLowerCase(key)
    .split(/[^a-z0-9]+/)
    .includes(inLowerCase(word));
}

/** Base64 of bytes at whatever place of a longer text they stand, without what depends on their neighbours. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const last = Math.floor(((before + bytes.length) * 8) / 6);
    return inOneAlphabet(encoded.slice(Math.ceil((before * 8) / 6), last));
  });
}

/** Base64url as base64, and both without case, which some logs change. */
function inOneAlphabet(text: string): string {
  return inLowerCase(text).replaceAll("-", "+").replaceAll("_", "/");
}

/** Other letters than A to Z keep their case: some change their length with it. */
function inLowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function withoutMarked(text: string, isTaken: Uint8Array): string {
  let [rest, done] = ["", 0];
  for (const [from, to] of runsOf(isTaken)) {
    rest += `${text.slice(done, from)}[secret]`;
    done = to;
  }
  return rest + text.slice(done);
}

function* runsOf(marks: Uint8Array): Generator<readonly [from: number, to: number]> {
  for (let from = marks.indexOf(1); from >= 0; ) {
    const end = marks.indexOf(0, from);
    const to = end < 0 ? marks.length : end;
    yield [from, to];
    from = marks.indexOf(1, to);
  }
}
