import type { Message } from "../data-models/message.ts";
import { createKeyedFetch } from "../providers/keyed-fetch.ts";
import { toLangChainMessages } from "./chat-messages.ts";
import type { ChatModelOptions } from "./chat-model-options.ts";

/** Asks the provider once and returns LangChain's message as it came. */
export type ChatClient = (messages: readonly Message[], signal: AbortSignal) => Promise<unknown>;

/** What LangChain and the SDK are given for a key: they insist on one, `createKeyedFetch` has it. */
const noKey = "none";

/** The longest delay that a timer takes. */
const neverMs = 2_147_483_647;

/** Imports LangChain, which takes half a second, and sets it up for one provider. */
export async function createChatClient(options: ChatModelOptions): Promise<ChatClient> {
  const [{ ChatOpenAI }, classes] = await Promise.all([
    import("@langchain/openai"),
    import("@langchain/core/messages"),
  ]);
  const client = new ChatOpenAI({
    model: options.model,
    apiKey: noKey,
    // withRetries decides: LangChain waits without listening to a signal.
    maxRetries: 0,
    // The request's signal decides: the SDK would give up after ten minutes.
    timeout: neverMs,
    streaming: false,
    // The Responses API keeps participants' words for 30 days unless told not to.
    zdrEnabled: true,
    // A refusal is in the raw response only.
    __includeRawResponse: true,
    // What is left open here is read from variables that our settings do not name.
    outputVersion: "v0",
    configuration: {
      baseURL: options.baseURL,
      defaultQuery: options.query,
      fetch: createKeyedFetch(options.keyHeader),
      organization: null,
      project: null,
      logLevel: "off",
    },
  });
  const tools = options.imageOutput ? { tools: [{ type: "image_generation" as const }] } : {};
  return (messages, signal) =>
    client.invoke(toLangChainMessages(messages, options.systemRole, classes), { signal, ...tools });
}
