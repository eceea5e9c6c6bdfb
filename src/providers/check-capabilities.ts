import type { ChatRequest } from "../data-models/chat.ts";
import { ProviderError } from "../errors/model-errors.ts";
import type { Capabilities } from "./provider.ts";

/** What participants read of what they can change. */
export const participantTexts = {
  images: "This AI cannot see images. Please go on without them.",
  length: "This conversation has become too long for the AI.",
} as const;

const parameters = ["maxTokens", "temperature", "topP", "stop", "seed"] as const;

/**
 * Says what of a request a model cannot honour; empty when nothing is in the
 * way. It is asked before a call, and by whoever looks for a model.
 */
export function unmetDemands(request: ChatRequest, capabilities: Capabilities): string[] {
  const { tools = [], toolChoice, responseFormat } = request;
  const unmet: string[] = [];
  if (!capabilities.images && hasImages(request)) unmet.push("images");
  if (!capabilities.tools && tools.length > 0) unmet.push("tools");
  if (!capabilities.json && responseFormat?.type === "json") unmet.push("JSON answers");
  if (!capabilities.jsonSchema && responseFormat?.type === "json-schema") {
    unmet.push("answers by a JSON schema");
  }
  if (!capabilities.imageOutput && request.imageOutput) unmet.push("drawing");
  for (const name of parameters) {
    if (request[name] !== undefined && !capabilities.parameters.has(name)) unmet.push(name);
  }
  if (isForced(toolChoice) && !isOffered(toolChoice, tools)) {
    unmet.push("the choice of a tool that the request does not hold");
  }
  return unmet;
}

/**
 * Refuses, before the call, what the model cannot honour.
 * @throws ProviderError that says what it is
 */
export function checkCapabilities(
  provider: string,
  model: string,
  request: ChatRequest,
  capabilities: Capabilities,
): void {
  const unmet = unmetDemands(request, capabilities);
  if (unmet.length > 0) {
    throw new ProviderError(
      provider,
      "INVALID_ARGUMENT",
      `${JSON.stringify(model)} cannot take ${unmet.join(", ")}. Leave it out, or ask another model.`,
      {
        reason: "unsupported",
        ...(unmet.includes("images") && { participantText: participantTexts.images }),
      },
    );
  }
  if (capabilities.contextTokens === null) return;
  const tokens = neededTokens(request, capabilities);
  if (tokens > capabilities.contextTokens) {
    const sureness = capabilities.cutsSilently ? "about" : "at least";
    throw new ProviderError(
      provider,
      "INVALID_ARGUMENT",
      `question and answer need ${sureness} ${tokens} tokens, and ${JSON.stringify(model)} has ${capabilities.contextTokens}. Send less, or ask another model.`,
      { reason: "context-length", participantText: participantTexts.length },
    );
  }
}

/** So many characters has a token at the most in texts that people write. */
const charactersPerToken = 6;
/** So many bytes of UTF-8 it has as a rule. */
const bytesPerToken = 4;
/** What stands between messages, and what an image is, as a rule. */
const tokensPerMessage = 5;
const tokensPerImage = 256;

/** A message, as far as images matter. */
interface Seen {
  readonly content: string | readonly { readonly type: string }[];
}

/**
 * The tokens that question and answer need: at least, where the vendor refuses what
 * is too long; as a rule, where it would be cut without a word.
 */
export function neededTokens(
  request: ChatRequest,
  { cutsSilently = false }: Pick<Capabilities, "cutsSilently">,
): number {
  return cutsSilently ? likelyTokens(request) : minTokens(request);
}

/** The tokens that question and answer need as a rule. */
export function likelyTokens({ messages, tools = [], maxTokens = 0 }: ChatRequest): number {
  const bytes = messages.reduce((sum, message) => sum + bytesOf(message), 0);
  const images = messages.reduce((sum, { content }) => sum + imagesIn(content), 0);
  const declared = tools.length > 0 ? Buffer.byteLength(JSON.stringify(tools)) : 0;
  const written = Math.ceil((bytes + declared) / bytesPerToken);
  return written + messages.length * tokensPerMessage + images * tokensPerImage + maxTokens;
}

/**
 * The tokens that question and answer need at least. Less than the vendor will
 * count: what is refused here would surely have been refused there.
 */
export function minTokens({ messages, tools = [], maxTokens = 0 }: ChatRequest): number {
  const characters = messages.reduce((sum, { content }) => sum + lengthOf(content), 0);
  const declared = tools.length > 0 ? JSON.stringify(tools).length : 0;
  return Math.floor((characters + declared) / charactersPerToken) + maxTokens;
}

function lengthOf(content: ChatRequest["messages"][number]["content"]): number {
  if (typeof content === "string") return content.length;
  return content.reduce((sum, part) => sum + (part.type === "text" ? part.text.length : 0), 0);
}

function bytesOf({ content }: ChatRequest["messages"][number]): number {
  if (typeof content === "string") return Buffer.byteLength(content);
  return content.reduce(
    (sum, part) => sum + (part.type === "text" ? Buffer.byteLength(part.text) : 0),
    0,
  );
}

/** Whether somebody must see to answer. */
export function hasImages({ messages }: { readonly messages: readonly Seen[] }): boolean {
  return messages.some(({ content }) => imagesIn(content) > 0);
}

function imagesIn(content: Seen["content"]): number {
  return typeof content === "string" ? 0 : content.filter(({ type }) => type === "image").length;
}

function isForced(choice: ChatRequest["toolChoice"]): boolean {
  return choice === "required" || typeof choice === "object";
}

function isOffered(
  choice: ChatRequest["toolChoice"],
  tools: NonNullable<ChatRequest["tools"]>,
): boolean {
  if (typeof choice !== "object") return tools.length > 0;
  return tools.some(({ name }) => name === choice.name);
}
