import type { SeededRandom } from "../chaos/random.ts";

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk";
const oddValues: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1.7976931348623157e308,
  "",
  "\0",
  "\ud83d",
  "\ude00\ud83d",
  "\u2028",
  [],
  {},
  [[]],
  { "": "" },
  ["role"],
  { role: "user" },
  [{ type: "text", text: 1 }, 2],
  [{ type: "image_url", image_url: { url: "data:image/png" } }],
  [{ type: "image_url", image_url: { url: "javascript:x" } }],
  [{ type: "image_url", image_url: "https://example.org/x.png" }],
];

/** A request's text as tasks send it, in any of their shapes. */
export function soundText(words: string, random: SeededRandom): string {
  return JSON.stringify(soundValue(words, random));
}

function soundValue(words: string, random: SeededRandom): Json {
  const user = { role: "user", content: words };
  const image = { type: "image_url", image_url: { url: `data:image/png;base64,${pixel}` } };
  const shapes: readonly Json[] = [
    [user],
    [user],
    [{ role: "system", content: words }, { role: "assistant", content: "yes" }, user],
    [{ role: "user", content: [{ type: "text", text: words }, image] }],
    { messages: [user], temperature: 1 },
    { text: [user], image: pixel, system: words },
    { data: { text: [user] } },
  ];
  return random.pick(shapes);
}

/** What can be wrong with a request's text, by its name. */
export const textMutations = {
  "JSON of a wrong type": (words, random) => {
    const value = soundValue(words, random);
    const nodes = countNodes(value);
    return JSON.stringify(replaceNode(value, random.whole(0, nodes - 1), random.pick(oddValues)));
  },
  "deep JSON": (words, random) => {
    const depth = random.pick([2, 50, 198, 199, 200, 201, 1000, 3000]);
    const [open, close] = random.pick([
      ["[", "]"],
      ['{"data":', "}"],
      ['{"a":[', "]}"],
    ] as const);
    const ends = random.isOneIn(4) ? random.whole(0, depth) : depth;
    return open.repeat(depth) + soundText(words, random) + close.repeat(ends);
  },
  "escapes in JSON": (words, random) => {
    const escaped = [...words].map((letter) => unicodeEscape(letter)).join("");
    const odd = random.pick(["", "\\/", "\\b\\f", "\\u0000", "\\x", "\\u12", "\\", "\\u{1}"]);
    return `[{"role":"user","content":"${escaped}${odd}"}]`;
  },
  "numbers in JSON": (words, random) => {
    const number = random.pick([
      "1e400",
      "-1e400",
      "-0",
      "9".repeat(400),
      `0.${"1".repeat(5000)}`,
      "0x10",
      "1.",
      ".5",
      "NaN",
      "Infinity",
      "9007199254740993",
    ]);
    const place = random.pick([`"temperature":${number},`, `"role":${number},`]);
    return `[{${place}"role":"user","content":"${words}"},${random.isOneIn(3) ? number : "{}"}]`;
  },
  "keys in JSON": (words, random) => {
    const key = random.pick([
      "role",
      "content",
      "__proto__",
      "constructor",
      "toString",
      "",
      "\\u0000",
    ]);
    const value = random.pick(["1", '"system"', "null", '{"role":"x","content":"y"}', "[]"]);
    const entry = `"${key}":${value}`;
    return random.isOneIn(2)
      ? `[{${entry},"role":"user","content":"${words}",${entry}}]`
      : `{${entry},"messages":[{"role":"user","content":"${words}"}],${entry}}`;
  },
  "lone surrogates in JSON": (words, random) => {
    const half = random.pick(["\\ud83d", "\\ude00", "\\ude00\\ud83d", "\\udbff\\udbff"]);
    return `[{"role":"user","content":"${words}${half}"},{"role":"user${half}","content":"${half}${words}"}]`;
  },
  "JSON cut off": (words, random) => {
    const text = soundText(words, random);
    return text.slice(0, random.whole(0, text.length - 1));
  },
  "garbage around JSON": (words, random) => {
    const garbage = random.pick(["\uFEFF", " ", "\n\t\r", "\0", ",", "]", "//x", words, "\u00a0"]);
    const text = soundText(words, random);
    return random.isOneIn(2) ? garbage + text : text + garbage;
  },
  "raw controls in JSON": (words, random) =>
    `[{"role":"user","content":"${words}${String.fromCharCode(random.whole(0, 31))}"}]`,
  "no JSON": (words, random) =>
    random.pick([
      words,
      "",
      " ",
      "null",
      "undefined",
      "<xml/>",
      `'${words}'`,
      "\u0000",
      '"',
      "[,]",
    ]),
  "many of JSON": (words, random) => {
    const count = random.isOneIn(20) ? random.whole(9_999, 10_002) : random.whole(2, 500);
    const unit = random.pick(["1", "{}", "[]", '{"type":"text","text":""}']);
    return random.isOneIn(2)
      ? `[{"role":"user","content":[${Array(count).fill(unit).join()}]}]`
      : `[${Array(Math.min(count, 3000)).fill(`{"role":"user","content":"${words}"}`).join()}]`;
  },
} as const satisfies Readonly<Record<string, (words: string, random: SeededRandom) => string>>;

function unicodeEscape(letter: string): string {
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function countNodes(value: Json): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce<number>((sum, inner) => sum + countNodes(inner), 1);
}

/** Replaces the node with this number, counted from the outermost one. */
function replaceNode(value: Json, number: number, by: Json): Json {
  let seen = -1;
  const visit = (node: Json): Json => {
    seen++;
    if (seen === number) return by;
    if (typeof node !== "object" || node === null) return node;
    if (Array.isArray(node)) return node.map(visit);
    return Object.fromEntries(Object.entries(node).map(([key, inner]) => [key, visit(inner)]));
  };
  return visit(value);
}
