import type { ChatEvent, ChatRequest } from "../data-models/chat.ts";
import { ProviderError } from "../errors/provider-error.ts";
import { SecretError } from "../errors/secret-error.ts";
import type { Secret } from "../secrets/secret.ts";
import { checkCapabilities } from "./check-capabilities.ts";
import { createKeyedFetch, keyHeaderProblem } from "./keyed-fetch.ts";
import { toLangChainMessages } from "./langchain-messages.ts";
import { toChatEvents } from "./langchain-stream.ts";
import type { LangChainVendor } from "./langchain-vendor.ts";
import { lazily } from "./lazily.ts";
import type { Provider, ProviderContext } from "./provider.ts";
import { recordFetch } from "./recorded-fetch.ts";
import type { Spoken } from "./request-echo.ts";
import { toProviderError } from "./to-provider-error.ts";
import type { VendorCall } from "./vendor-call.ts";

const messageClasses = lazily(() => import("@langchain/core/messages"));

/** Makes a provider of what is peculiar to its vendor. */
export function createLangChainProvider(vendor: LangChainVendor): Provider {
  const { embed, listModels } = vendor;
  return {
    name: vendor.name,
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
  const attempt = new Attempt(vendor, { model, messages: request.messages, context });
  try {
    const call = await attempt.begin();
    const classes = await messageClasses();
    const messages = toMessages(vendor, model, request, classes);
    const client = await vendor.createChatModel(model, request, call);
    const chunks = await client.stream(messages, { signal: call.signal });
    yield* toChatEvents(leavable(chunks), vendor.name);
    // Some SDKs take an abort for the end of the answer.
    context.signal.throwIfAborted();
    attempt.isComplete = true;
  } catch (thrown) {
    throw attempt.errorOf(thrown);
  } finally {
    attempt.end();
  }
}

/**
 * A stream whose reader can leave at once. Left to itself, LangChain would first
 * wait for a chunk that may never come.
 */
function leavable(chunks: AsyncIterable<unknown>): AsyncIterable<unknown> {
  return {
    [Symbol.asyncIterator]: () => {
      const iterator = chunks[Symbol.asyncIterator]();
      return {
        next: () => iterator.next(),
        return: async () => {
          Promise.resolve(iterator.return?.()).catch(() => {});
          return { done: true, value: undefined };
        },
      };
    },
  };
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
    throw new ProviderError(vendor.name, "INVALID_ARGUMENT", `${error.message}.`, {
      reason: "bad-request",
    });
  }
}

async function once<Result>(
  vendor: LangChainVendor,
  question: Question,
  ask: (call: VendorCall) => Promise<Result>,
): Promise<Result> {
  const attempt = new Attempt(vendor, question);
  try {
    const result = await ask(await attempt.begin());
    attempt.isComplete = true;
    return result;
  } catch (thrown) {
    throw attempt.errorOf(thrown);
  } finally {
    attempt.end();
  }
}

interface Question {
  readonly model: string;
  readonly messages: readonly Spoken[];
  readonly context: ProviderContext;
}

const abandoned = new Error("nobody reads the answer any longer");

/** One call from its key to its end. */
class Attempt {
  /** Whether the vendor has said all; its connection may serve the next call. */
  isComplete = false;
  readonly #vendor: LangChainVendor;
  readonly #question: Question;
  readonly #ended = new AbortController();
  #secret: Secret | null = null;
  #recorded: ReturnType<typeof recordFetch> | undefined;

  constructor(vendor: LangChainVendor, question: Question) {
    this.#vendor = vendor;
    this.#question = question;
  }

  async begin(): Promise<VendorCall> {
    const { signal } = this.#question.context;
    signal.throwIfAborted();
    const { keys, keyHeader, host } = this.#vendor;
    this.#secret = (await keys?.get(signal)) ?? null;
    const sent = this.#secret && keyHeader && { ...keyHeader, key: this.#secret.reveal() };
    const problem = sent ? keyHeaderProblem(sent) : undefined;
    if (problem !== undefined) {
      const message = `${this.#vendor.settings.key} ${problem}`;
      throw new ProviderError(this.#vendor.name, "UNAUTHENTICATED", message, { reason: "access" });
    }
    // Who stops listening to an answer closes the connection, too.
    const ended = AbortSignal.any([signal, this.#ended.signal]);
    this.#recorded = recordFetch(createKeyedFetch(sent ?? undefined, host), ended);
    return { fetch: this.#recorded.fetch, secret: this.#secret, signal: ended };
  }

  /** What the caller sees of it. A key that was refused is reported. */
  errorOf(thrown: unknown): unknown {
    const { model, messages, context } = this.#question;
    if (context.signal.aborted) return context.signal.reason;
    const { name, baseURL, settings, coldStarts = false, keys } = this.#vendor;
    if (thrown instanceof SecretError) {
      const { code, message, retryable } = thrown;
      return new ProviderError(name, code, message, { reason: "access", retryable, cause: thrown });
    }
    const refusal = this.#recorded?.refusal();
    const error = toProviderError(thrown, {
      provider: name,
      origin: {
        model,
        baseURL,
        settings,
        coldStarts,
        hasBegun: this.#recorded?.hasBegun() ?? false,
      },
      messages,
      secrets: this.#secret ? [this.#secret.reveal()] : [],
      refusal,
    });
    if (this.#secret && error.code === "UNAUTHENTICATED") keys?.refused(this.#secret);
    return error;
  }

  end(): void {
    if (!this.isComplete) this.#ended.abort(abandoned);
  }
}
