import { normalizeModelName } from "../../data-models/model-name.ts";
import type { Capabilities } from "../provider.ts";

type Parameter = Capabilities["parameters"] extends ReadonlySet<infer Name> ? Name : never;

const everyParameter: readonly Parameter[] = ["maxTokens", "temperature", "topP", "stop", "seed"];

/** What is known of a model beyond that it can do everything; `false` and fewer words mean unable. */
interface ModelFacts {
  readonly contextTokens?: number;
  readonly images?: false;
  readonly tools?: false;
  readonly json?: false;
  readonly jsonSchema?: false;
  readonly parameters?: readonly Parameter[];
  readonly embeddings?: true;
}

const textOnly = { images: false } as const;
const noSchema = { jsonSchema: false } as const;
/** Reasoning models refuse what steers sampling. */
const reasoning = { parameters: ["maxTokens", "seed"] as const };
/** These are asked over the Responses API, which has neither `stop` nor `seed`. */
const responses = { parameters: ["maxTokens"] as const };

/** Models that OpenAI serves over its Responses API alone, in any spelling of their names. */
export const responsesOnly = /codex|^(o\d|gpt[-_. ]?5([-_. ]\d+)?)[-_. ]pro|deep[-_. ]research/i;

/**
 * By names in normal form, where `gpt-4.1` is `gpt-4-1`. The first pattern that
 * fits counts. Where versions differ, the one that can do more.
 */
const table: readonly (readonly [RegExp, ModelFacts])[] = [
  [/embed/, { images: false, tools: false, json: false, jsonSchema: false, embeddings: true }],
  [responsesOnly, responses],
  [
    /^o1-(mini|preview)/,
    {
      ...reasoning,
      ...textOnly,
      tools: false,
      json: false,
      jsonSchema: false,
      contextTokens: 128_000,
    },
  ],
  [/^o3-mini/, { ...reasoning, ...textOnly, contextTokens: 200_000 }],
  [/^o\d/, { ...reasoning, contextTokens: 200_000 }],
  [/^gpt-5-chat/, { tools: false, contextTokens: 128_000 }],
  [/^gpt-5(-mini|-nano)?(-20\d\d|$)/, { ...reasoning, contextTokens: 400_000 }],
  [/^gpt-4-1(?!\d)/, { contextTokens: 1_047_576 }],
  [/^gpt-4-5(?!\d)/, { contextTokens: 128_000 }],
  [/^(chatgpt-4o|gpt-4o)/, { contextTokens: 128_000 }],
  [/^gpt-4-(turbo|vision|1106|0125)/, { ...noSchema, contextTokens: 128_000 }],
  [/^gpt-4-32k/, { ...noSchema, ...textOnly, json: false, contextTokens: 32_768 }],
  [/^gpt-4($|-\d)/, { ...noSchema, ...textOnly, json: false, contextTokens: 8_192 }],
  [/^gpt-(3-5|35)-turbo/, { ...noSchema, ...textOnly, contextTokens: 16_385 }],
  [/^(openai-)?gpt-oss/, { ...textOnly, contextTokens: 131_072 }],
  [/^codestral/, { ...textOnly, contextTokens: 262_144 }],
  [/^(open-)?mistral-7b|^open-mixtral-8x7b|^mixtral-8x7b/, { ...textOnly, contextTokens: 32_768 }],
  [/^(open-)?mixtral-8x22b/, { ...textOnly, contextTokens: 65_536 }],
  [/^(open-)?mistral-nemo|^open-codestral-mamba/, { ...textOnly, contextTokens: 262_144 }],
  [/^ministral-.*-2410|^mistral-large-24|^mistral-tiny/, { ...textOnly, contextTokens: 131_072 }],
  [/^pixtral/, { contextTokens: 131_072 }],
  [/^(meta-)?(llama-)?llama-?3-(8|70)b/, { ...textOnly, contextTokens: 8_192 }],
  [/^(meta-)?(llama-)?llama-3-2-(11|90)b/, { contextTokens: 131_072 }],
  [/^(meta-)?(llama-)?llama-?3-[123](?!\d)/, { ...textOnly, contextTokens: 131_072 }],
  [/^gemma-?2/, { ...textOnly, contextTokens: 8_192 }],
];

/**
 * What a model can be asked for, as far as its name tells, in any spelling. A vendor's
 * prefix, as in `meta-llama/Llama-3.3-70B`, does not matter.
 */
export function openAICapabilities(model: string): Capabilities {
  const name = normalizeModelName(model.split("/").at(-1) ?? "");
  const facts = table.find(([pattern]) => pattern.test(name))?.[1];
  return {
    images: facts?.images ?? true,
    tools: facts?.tools ?? true,
    json: facts?.json ?? true,
    jsonSchema: facts?.jsonSchema ?? true,
    parameters: new Set(facts?.parameters ?? everyParameter),
    contextTokens: facts?.contextTokens ?? null,
    embeddings: facts === undefined || (facts.embeddings ?? false),
    imageOutput: false,
  };
}
