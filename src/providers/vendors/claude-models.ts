import { normalizeModelName } from "../../data-models/model-name.ts";

/** What is known of a Claude model from its name, whoever serves it. */
export interface ClaudeModel {
  /** Tokens of question and answer together; null where it is not known. */
  readonly contextTokens: number | null;
  readonly maxOutputTokens: number;
  /** Whether it sees images and calls tools. */
  readonly modern: boolean;
  /** Whether it takes `temperature` and `top_p` together, one of them, or none. */
  readonly sampling: "both" | "either" | "none";
  /** Whether it can be held to a JSON schema without the detour of a tool. */
  readonly schemas: boolean;
}

const unknown: ClaudeModel = {
  contextTokens: null,
  maxOutputTokens: 64_000,
  modern: true,
  sampling: "either",
  schemas: true,
};

const eldest: ClaudeModel = {
  contextTokens: 100_000,
  maxOutputTokens: 4096,
  modern: false,
  sampling: "both",
  schemas: false,
};

/** What is new from a version on (major × 100 + minor). */
const generations: readonly (readonly [number, Partial<ClaudeModel>])[] = [
  [300, { contextTokens: 200_000, modern: true }],
  [305, { maxOutputTokens: 8192 }],
  [307, { maxOutputTokens: 64_000 }],
  [400, { sampling: "either" }],
  [401, { schemas: true }],
  [406, { contextTokens: 1_000_000, maxOutputTokens: 128_000 }],
  [407, { sampling: "none" }],
];

/** Reads a model's name in any spelling, such as `claude-sonnet-4-5-20250929` or Bedrock's of it. */
export function claudeModelOf(model: string): ClaudeModel {
  const name = normalizeModelName(model);
  // A date such as 20250514 is no minor version.
  const [, major, minor = "0"] = /claude-(?:[a-z]+-?)?(\d)(?:-(\d{1,2})(?!\d))?/.exec(name) ?? [];
  if (major === undefined) return unknown;
  const version = Number(major) * 100 + Number(minor);
  const news = generations.filter(([from]) => from <= version).map(([, part]) => part);
  return Object.assign({}, eldest, ...news, exceptionOf(name, version));
}

/** Opus 4.0 and 4.1 write less than their siblings. */
function exceptionOf(name: string, version: number): Partial<ClaudeModel> {
  const isShort = name.includes("opus") && version >= 400 && version <= 401;
  return isShort ? { maxOutputTokens: 32_000 } : {};
}
