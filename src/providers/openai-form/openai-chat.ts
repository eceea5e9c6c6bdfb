import { z } from "zod";
import type { ChatRequest, ChatTool, ResponseFormat } from "../../data-models/chat.ts";
import type { StreamingModel } from "../langchain/langchain-vendor.ts";
import { lazily } from "../langchain/lazily.ts";
import { neverMs, noKey, type VendorCall } from "../vendor-call.ts";
import { createStreamingFetch } from "./streaming-fetch.ts";

const Node = z.looseObject({
  type: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  additionalProperties: z.unknown().optional(),
});

/**
 * Whether OpenAI can bind answers to a JSON schema: every object of it names
 * all its fields as required and allows no others.
 */
export function isStrictSchema(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isStrictSchema);
  const read = Node.safeParse(schema);
  if (!read.success) return true;
  const { type, properties = {}, required = [], additionalProperties, ...rest } = read.data;
  const isObject = type === "object" || read.data.properties !== undefined;
  const names = Object.keys(properties);
  if (
    isObject &&
    (additionalProperties !== false || names.some((name) => !required.includes(name)))
  )
    return false;
  return [...Object.values(properties), ...Object.values(rest)].every(isStrictSchema);
}

/** Imports LangChain's clients, which takes half a second. */
export const loadOpenAIClients = lazily(async () => {
  const [{ createTolerantCompletions }, { createResponses }] = await Promise.all([
    import("./openai-completions.ts"),
    import("./openai-responses.ts"),
  ]);
  return { createTolerantCompletions, createResponses };
});

/** Where and how one model is asked. */
export interface OpenAIChatOptions {
  readonly baseURL: string;
  readonly query?: Readonly<Record<string, string>>;
  /** The model's name in the body, where it is not its own, such as Azure's deployment. */
  readonly sentModel?: string;
  /** Asked over /responses, which draws, and knows models that /chat/completions does not. */
  readonly useResponses?: boolean;
  /** Whether the server must be asked to count tokens in a stream, and takes the question. */
  readonly streamUsage?: boolean;
  /** Fields of the body in the server's own words. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** Sets LangChain up for one call to a server that speaks the OpenAI API. */
export async function createOpenAIChat(
  model: string,
  request: ChatRequest,
  call: VendorCall,
  options: OpenAIChatOptions,
): Promise<StreamingModel> {
  const { createResponses, createTolerantCompletions } = await loadOpenAIClients();
  const { maxTokens, temperature, topP, imageOutput = false } = request;
  const useResponses = options.useResponses || imageOutput;
  const fields = {
    model,
    apiKey: noKey,
    maxRetries: 0,
    timeout: neverMs,
    // The Responses API keeps participants' words for 30 days unless told not to.
    zdrEnabled: true,
    // What is left open here is read from variables that our settings do not name.
    outputVersion: "v0" as const,
    streamUsage: options.streamUsage ?? true,
    ...(maxTokens !== undefined && { maxTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    modelKwargs: { ...options.extra },
    configuration: {
      baseURL: options.baseURL,
      defaultQuery: { ...options.query },
      fetch: withoutThreads(useResponses ? call.fetch : createStreamingFetch(call.fetch)),
      organization: null,
      project: null,
      logLevel: "off" as const,
    },
  };
  const callOptions = toOpenAICallOptions(request);
  if (useResponses) {
    const drawing = imageOutput ? [{ type: "image_generation" as const }] : [];
    const tools = [...(callOptions.tools ?? []), ...drawing];
    return createResponses(fields, call.onProgress).withConfig({
      ...callOptions,
      ...(tools.length > 0 && { tools }),
    });
  }
  const { sentModel = model } = options;
  return createTolerantCompletions(fields, sentModel, call.onServed).withConfig(callOptions);
}

/** The name of an event of OpenAI's Assistants, which nobody asks for here. */
const thread = /(^|[\r\n])event: ?thread(?=\.)/g;

/**
 * OpenAI's SDK prints what it cannot read of such an event to the console, and it may be
 * a participant's words. By another name it is read as all others. The body comes in
 * whole events.
 */
function withoutThreads(send: typeof fetch): typeof fetch {
  return async (input, init) => {
    const response = await send(input, init);
    if (!response.ok || !response.body) return response;
    const renamed = new TransformStream<Uint8Array, Uint8Array>({
      transform: (piece, controller) => {
        const text = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString(
          "latin1",
        );
        const other = text.replaceAll(thread, "$1event: -thread");
        controller.enqueue(other === text ? piece : Buffer.from(other, "latin1"));
      },
    });
    const { status, statusText, headers } = response;
    return new Response(response.body.pipeThrough(renamed), { status, statusText, headers });
  };
}

/** A tool in the form that LangChain's classes and OpenAI-like servers know. */
export function toOpenAITool({ name, description, parameters }: ChatTool) {
  return {
    type: "function" as const,
    function: { name, ...(description !== undefined && { description }), parameters },
  };
}

/** The choice of a tool in OpenAI's words. */
function toOpenAIToolChoice(choice: NonNullable<ChatRequest["toolChoice"]>) {
  if (typeof choice === "string") return choice;
  return { type: "function" as const, function: { name: choice.name } };
}

/** The form of an answer in OpenAI's words. */
function toOpenAIResponseFormat(format: ResponseFormat) {
  switch (format.type) {
    case "text":
      return { type: "text" as const };
    case "json":
      return { type: "json_object" as const };
    case "json-schema": {
      const { name, schema } = format;
      // With `strict` the answer is bound to fit, but OpenAI refuses schemas with optional fields.
      const strict = isStrictSchema(schema);
      return { type: "json_schema" as const, json_schema: { name, schema: { ...schema }, strict } };
    }
  }
}

/** What LangChain's OpenAI classes take with each call, beside the messages. */
function toOpenAICallOptions(request: ChatRequest) {
  const { tools = [], toolChoice, responseFormat, stop, seed } = request;
  return {
    ...(tools.length > 0 && { tools: tools.map(toOpenAITool) }),
    ...(tools.length > 0 &&
      toolChoice !== undefined && { tool_choice: toOpenAIToolChoice(toolChoice) }),
    ...(responseFormat && { response_format: toOpenAIResponseFormat(responseFormat) }),
    ...(stop && { stop: [...stop] }),
    ...(seed !== undefined && { seed }),
  };
}
