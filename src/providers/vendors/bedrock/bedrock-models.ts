import type { Capabilities } from "../../provider.ts";
import { claudeModelOf } from "../claude-models.ts";

/** What is known of a model at Bedrock from its name. */
export interface BedrockModel {
  readonly images: boolean;
  readonly tools: boolean;
  /** The ways in which the choice of a tool can be prescribed. */
  readonly choices: readonly ("auto" | "any" | "tool")[];
  /** Whether tool calls come in a stream; otherwise the answer is asked for whole. */
  readonly streamsTools: boolean;
  /** Whether it knows system messages. */
  readonly system: boolean;
  /** Whether it takes `temperature` and `topP` together, one of them, or none. */
  readonly sampling: "both" | "either" | "none";
  readonly contextTokens: number | null;
  readonly embeddings: boolean;
}

const every = ["auto", "any", "tool"] as const;

/** What nobody knows is taken as able. */
const unknown: BedrockModel = {
  images: true,
  tools: true,
  choices: every,
  streamsTools: true,
  system: true,
  sampling: "both",
  contextTokens: null,
  embeddings: false,
};

const text = { images: false } as const;
const plain = { images: false, tools: false, choices: [] } as const;
const bare = { ...plain, system: false } as const;
const unchosen = { choices: [], streamsTools: false } as const;

/** The first pattern that fits counts. Facts are from Bedrock's table of what Converse can do. */
const table: readonly (readonly [RegExp, Partial<BedrockModel>])[] = [
  [/embed/, { ...bare, embeddings: true }],
  [/amazon\.nova-micro/, { ...text, contextTokens: 128_000 }],
  [/amazon\.nova-(lite|pro)/, { contextTokens: 300_000 }],
  [/amazon\.nova-premier/, { contextTokens: 1_000_000 }],
  [/amazon\.titan-t.*lite/, { ...bare, contextTokens: 4096 }],
  [/amazon\.titan-t.*express/, { ...bare, contextTokens: 8192 }],
  [/amazon\.titan-t/, { ...bare, contextTokens: 32_000 }],
  [/meta\.llama3-[87]0?b/, { ...plain, contextTokens: 8192 }],
  [/meta\.llama3-2-[13]b/, { ...plain, contextTokens: 128_000 }],
  [/meta\.llama3-2/, { ...unchosen, contextTokens: 128_000 }],
  [/meta\.llama3/, { ...text, ...unchosen, contextTokens: 128_000 }],
  [/meta\.llama/, unchosen],
  [/mistral\.mi[sx]tral-[78]/, { ...bare, contextTokens: 32_000 }],
  [/mistral\.mistral-(large|small)-24/, { ...text, choices: ["auto", "any"] }],
  [/mistral\./, { choices: ["auto", "any"] }],
  [/cohere\.command-r/, { ...text, ...unchosen, contextTokens: 128_000 }],
  [/cohere\.command/, { ...bare, contextTokens: 4096 }],
  [/ai21\.jamba/, { ...text, choices: [], contextTokens: 256_000 }],
  [/deepseek\.r1/, { ...plain, contextTokens: 128_000 }],
  [/deepseek\.|openai\.gpt-oss|qwen3-(coder|next|32b|235b)/, text],
];

/** Reads a model's name, with or without the geography of an inference profile. */
export function bedrockModelOf(name: string): BedrockModel {
  if (name.includes("anthropic.claude")) {
    const { contextTokens, modern, sampling } = claudeModelOf(name);
    const choices = modern ? every : [];
    return { ...unknown, images: modern, tools: modern, choices, sampling, contextTokens };
  }
  return { ...unknown, ...table.find(([pattern]) => pattern.test(name))?.[1] };
}

/** What a model at Bedrock can be asked for. */
export function bedrockCapabilities(name: string): Capabilities {
  const { images, tools, sampling, contextTokens, embeddings } = bedrockModelOf(name);
  const samplers = sampling === "none" ? [] : (["temperature", "topP"] as const);
  return {
    images,
    tools,
    // Converse has no JSON mode, and schemas only as tools.
    json: false,
    jsonSchema: false,
    parameters: new Set(["maxTokens", "stop", ...samplers]),
    contextTokens,
    embeddings,
    imageOutput: false,
  };
}

/** An endpoint of the runtime alone knows no lists; any other is taken to know all of Bedrock. */
export function controlEndpointOf(endpointUrl: string | undefined): string | undefined {
  return endpointUrl?.includes("bedrock-runtime") ? undefined : endpointUrl;
}
