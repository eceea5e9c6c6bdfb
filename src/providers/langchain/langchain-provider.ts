import type { ChatEvent, ChatRequest } from "../../data-models/chat.ts";
import { ProviderError } from "../../errors/model-errors.ts";
import { asSentence } from "../../text/full-stop.ts";
import { checkCapabilities, participantTexts } from "../check-capabilities.ts";
import { ServedModels } from "../openai-form/served-models.ts";
import type { Capabilities, Provider, ProviderContext } from "../provider.ts";
import { type Question, VendorAttempt } from "../vendor-attempt.ts";
import type { VendorCall } from "../vendor-call.ts";
import { toLangChainMessages } from "./langchain-messages.ts";
import { toChatEvents } from "./langchain-stream.ts";
import type { LangChainVendor } from "./langchain-vendor.ts";
import { lazily } from "./lazily.ts";

const messageClasses = lazily(() => import("@langchain/core/messages"));

/** Makes a provider of what is peculiar to its vendor. */
export function createLangChainProvider(vendor: LangChainVendor): Provider {
  const { embed, listModels, tellsOpening = true, comesInParts = () => true } = vendor;
  const served = servedModelsOf(vendor);
  const capabilities = (model: string): Capabilities => ({
    ...vendor.capabilities(model),
    ...served?.capabilities(model),
  });
  const known = { ...vendor, served, capabilities };
  return {
    name: vendor.name,
    tellsOpening,
    startsInSilence: vendor.startsInSilence ?? false,
    comesInParts: (model, request) => !request.imageOutput && comesInParts(model, request),
    capabilities,
    ...(served && {
      learn: (model, request, { signal }) => served.learn(model, request, signal),
    }),
    load: async () => {
      await Promise.all([messageClasses(), vendor.load?.()]);
    },
    stream: (model, request, context) => streamAnswer(known, model, request, context),
    embed: embed
      ? (model, texts, context) => {
          const messages = texts.map((content) => ({ content }));
          return once(vendor, { model, asked: "vectors", messages, context }, (call) =>
            embed(model, texts, call),
          );
        }
      : null,
    listModels: listModels
      ? (context) => once(vendor, { model: "", asked: "facts", messages: [], context }, listModels)
      : null,
  };
}

/** A vendor, and what its server told of its models; null where none is asked. */
interface KnownVendor extends LangChainVendor {
  readonly served: ServedModels | null;
}

function servedModelsOf(vendor: LangChainVendor): ServedModels | null {
  const { readFacts } = vendor;
  if (!readFacts) return null;
  return new ServedModels((model, signal) =>
    once(vendor, { model, asked: "facts", messages: [], context: { signal } }, (call) =>
      readFacts(model, call),
    ),
  );
}

async function* streamAnswer(
  vendor: KnownVendor,
  model: string,
  request: ChatRequest,
  context: ProviderContext,
): AsyncGenerator<ChatEvent, void> {
  checkCapabilities(vendor.name, model, request, vendor.capabilities(model));
  for (let mayRepeat = true; ; mayRepeat = false) {
    const attempt = new VendorAttempt(vendor, {
      model,
      asked: "answer",
      messages: request.messages,
      context,
    });
    let isShown = false;
    try {
      const call = await attempt.begin();
      const classes = await messageClasses();
      const messages = toMessages(vendor, model, request, classes);
      const client = await vendor.createChatModel(model, request, call);
      const chunks = await client.stream(messages, { signal: call.signal });
      const events = toChatEvents(noted(chunks, attempt), vendor.name, context.onProgress);
      for await (const event of events) {
        // Some SDKs take an abort for the end of the answer.
        context.signal.throwIfAborted();
        if (!isShown) await checkAgain(vendor, model, request, context.signal);
        isShown = true;
        yield event;
      }
      return;
    } catch (thrown) {
      const error = attempt.errorOf(thrown);
      // What we refuse ourselves, nobody has told us.
      if (error !== thrown && isBlindness(error)) vendor.served?.noteBlind(model);
      if (!mayRepeat || isShown || !(await attempt.hasNewerKey())) throw error;
    } finally {
      attempt.end();
    }
  }
}

/**
 * Some servers drop what a model cannot take without a word, and of one that was not
 * loaded they tell only when it begins to answer: nothing of an answer to half of a
 * question is passed on.
 * @throws ProviderError that says what was dropped
 */
async function checkAgain(
  { name, served, capabilities }: KnownVendor,
  model: string,
  request: ChatRequest,
  signal: AbortSignal,
): Promise<void> {
  if (!served?.isUnsure(model, request)) return;
  await served.learn(model, request, signal);
  checkCapabilities(name, model, request, capabilities(model));
}

/** A server may also say that it was not built for chats, or for embeddings. */
function isBlindness(error: unknown): boolean {
  return error instanceof ProviderError && error.participantText === participantTexts.images;
}

async function* noted(
  chunks: AsyncIterable<unknown>,
  attempt: VendorAttempt,
): AsyncGenerator<unknown, void> {
  for await (const chunk of chunks) {
    attempt.hasBegun = true;
    yield chunk;
  }
  attempt.isComplete = true;
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
