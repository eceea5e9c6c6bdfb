import type { ChatEvent, ChatRequest } from "../data-models/chat.ts";
import { asSentence } from "../errors/full-stop.ts";
import { ProviderError } from "../errors/provider-error.ts";
import { checkCapabilities } from "./check-capabilities.ts";
import { toLangChainMessages } from "./langchain-messages.ts";
import { toChatEvents } from "./langchain-stream.ts";
import type { LangChainVendor } from "./langchain-vendor.ts";
import { lazily } from "./lazily.ts";
import type { Provider, ProviderContext } from "./provider.ts";
import { type Question, VendorAttempt } from "./vendor-attempt.ts";
import type { VendorCall } from "./vendor-call.ts";

const messageClasses = lazily(() => import("@langchain/core/messages"));

/** Makes a provider of what is peculiar to its vendor. */
export function createLangChainProvider(vendor: LangChainVendor): Provider {
  const { embed, listModels, tellsOpening = true, comesInParts = () => true } = vendor;
  return {
    name: vendor.name,
    tellsOpening,
    startsInSilence: vendor.startsInSilence ?? false,
    comesInParts: (model, request) => !request.imageOutput && comesInParts(model, request),
    capabilities: vendor.capabilities,
    load: async () => {
      await Promise.all([messageClasses(), vendor.load?.()]);
    },
    stream: (model, request, context) => streamAnswer(vendor, model, request, context),
    embed: embed
      ? (model, texts, context) => {
          const messages = texts.map((content) => ({ content }));
          return once(vendor, { model, messages, context }, (call) => embed(model, texts, call));
        }
      : null,
    listModels: listModels
      ? (context) => once(vendor, { model: "", messages: [], context }, listModels)
      : null,
  };
}

async function* streamAnswer(
  vendor: LangChainVendor,
  model: string,
  request: ChatRequest,
  context: ProviderContext,
): AsyncGenerator<ChatEvent, void> {
  checkCapabilities(vendor.name, model, request, vendor.capabilities(model));
  for (let mayRepeat = true; ; mayRepeat = false) {
    const attempt = new VendorAttempt(vendor, { model, messages: request.messages, context });
    let isShown = false;
    try {
      const call = await attempt.begin();
      const classes = await messageClasses();
      const messages = toMessages(vendor, model, request, classes);
      const client = await vendor.createChatModel(model, request, call);
      const chunks = await client.stream(messages, { signal: call.signal });
      const onEnd = () => {
        attempt.isComplete = true;
      };
      const events = toChatEvents(withEnd(chunks, onEnd), vendor.name, context.onProgress);
      for await (const event of events) {
        // Some SDKs take an abort for the end of the answer.
        context.signal.throwIfAborted();
        isShown = true;
        yield event;
      }
      return;
    } catch (thrown) {
      const error = attempt.errorOf(thrown);
      if (!mayRepeat || isShown || !(await attempt.hasNewerKey())) throw error;
    } finally {
      attempt.end();
    }
  }
}

async function* withEnd(
  chunks: AsyncIterable<unknown>,
  onEnd: () => void,
): AsyncGenerator<unknown, void> {
  for await (const chunk of chunks) yield chunk;
  onEnd();
}

function toMessages(
  vendor: LangChainVendor,
  model: string,
  { messages }: ChatRequest,
  classes: Parameters<typeof toLangChainMessages>[1],
) {
  try {
    return toLangChainMessages(messages, classes, vendor.messageStyle?.(model));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ProviderError(vendor.name, "INVALID_ARGUMENT", asSentence(error.message), {
      reason: "unsupported",
    });
  }
}

async function once<Result>(
  vendor: LangChainVendor,
  question: Question,
  ask: (call: VendorCall) => Promise<Result>,
): Promise<Result> {
  for (let mayRepeat = true; ; mayRepeat = false) {
    const attempt = new VendorAttempt(vendor, question);
    try {
      const result = await ask(await attempt.begin());
      attempt.isComplete = true;
      return result;
    } catch (thrown) {
      const error = attempt.errorOf(thrown);
      if (!mayRepeat || !(await attempt.hasNewerKey())) throw error;
    } finally {
      attempt.end();
    }
  }
}
