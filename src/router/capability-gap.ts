import type { ChatRequest } from "../data-models/chat.ts";
import type { Capabilities } from "../providers/provider.ts";

/** No text has more letters per token for long: what is longer than this is surely too long. */
const mostLettersPerToken = 8;
const settings = ["maxTokens", "temperature", "topP", "stop", "seed"] as const;

/** What the request asks for and the model cannot give, in words; null when nothing is missing. */
export function capabilityGap(request: ChatRequest, can: Capabilities): string | null {
  if (hasImages(request) && !can.images) return "it takes no images";
  if (request.tools?.length && !can.tools) return "it takes no tools";
  if (request.imageOutput && !can.imageOutput) return "it does not draw";
  const format = request.responseFormat?.type ?? "text";
  if (format === "json" && !can.json) return "it has no JSON mode";
  if (format === "json-schema" && !can.jsonSchema) return "it keeps to no JSON schema";
  const missing = settings.filter(
    (setting) => request[setting] !== undefined && !can.parameters.has(setting),
  );
  if (missing.length > 0) return `it takes no ${missing.join(", ")}`;
  return contextGap(request, can.contextTokens);
}

function contextGap(request: ChatRequest, contextTokens: number | null): string | null {
  if (contextTokens === null) return null;
  const letters = request.messages.reduce((sum, { content }) => sum + lettersOf(content), 0);
  const needed = Math.ceil(letters / mostLettersPerToken) + (request.maxTokens ?? 0);
  if (needed <= contextTokens) return null;
  return `the request needs ${needed} tokens at least, and it has room for ${contextTokens}`;
}

function lettersOf(content: ChatRequest["messages"][number]["content"]): number {
  if (typeof content === "string") return content.length;
  return content.reduce((sum, part) => sum + (part.type === "text" ? part.text.length : 0), 0);
}

function hasImages({ messages }: ChatRequest): boolean {
  return messages.some(
    ({ content }) => typeof content !== "string" && content.some((part) => part.type === "image"),
  );
}
