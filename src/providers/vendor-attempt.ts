import { ProviderError } from "../errors/model-errors.ts";
import { SecretError } from "../errors/route-errors.ts";
import type { Secret } from "../secrets/secret.ts";
import { hasImages } from "./check-capabilities.ts";
import { toProviderError } from "./errors/to-provider-error.ts";
import type { JudgedCall, LangChainVendor } from "./langchain/langchain-vendor.ts";
import type { ProviderContext } from "./provider.ts";
import { createKeyedFetch, keyHeaderProblem } from "./transport/keyed-fetch.ts";
import { recordFetch } from "./transport/recorded-fetch.ts";
import type { Spoken } from "./transport/request-echo.ts";
import type { VendorCall } from "./vendor-call.ts";

/** What a vendor is asked, and for how long the asker waits. */
export interface Question extends Pick<JudgedCall, "model" | "asked"> {
  readonly messages: readonly Spoken[];
  readonly context: ProviderContext;
}

const abandoned = new Error("nobody reads the answer any longer");

/** One call from its key to its end. */
export class VendorAttempt {
  /** Whether the vendor has said all; its connection may serve the next call. */
  isComplete = false;
  /** Whether a part of an answer has come. */
  hasBegun = false;
  readonly #vendor: LangChainVendor;
  readonly #question: Question;
  readonly #ended = new AbortController();
  #secret: Secret | null = null;
  #isRefused = false;
  #recorded: ReturnType<typeof recordFetch> | undefined;

  constructor(vendor: LangChainVendor, question: Question) {
    this.#vendor = vendor;
    this.#question = question;
  }

  async begin(): Promise<VendorCall> {
    const { signal, onOpen, onProgress, onServed } = this.#question.context;
    signal.throwIfAborted();
    const { keys, keyHeader, host, addressKeys } = this.#vendor;
    this.#secret = (await keys?.get(signal)) ?? null;
    const sent = this.#secret && keyHeader && { ...keyHeader, key: this.#secret.reveal() };
    const problem = sent ? keyHeaderProblem(sent) : undefined;
    if (problem !== undefined) {
      const message = `${this.#vendor.settings.key} ${problem}`;
      throw new ProviderError(this.#vendor.name, "UNAUTHENTICATED", message, { reason: "access" });
    }
    // Who stops listening to an answer closes the connection, too.
    const ended = AbortSignal.any([signal, this.#ended.signal]);
    this.#recorded = recordFetch(
      createKeyedFetch(sent ?? undefined, host, addressKeys),
      ended,
      this.#vendor.name,
      onOpen,
    );
    const { fetch } = this.#recorded;
    return { fetch, secret: this.#secret, signal: ended, onOpen, onProgress, onServed };
  }

  /** What the caller sees of it. A key that was refused is reported. */
  errorOf(thrown: unknown): unknown {
    const { model, asked, messages, context } = this.#question;
    if (context.signal.aborted) return context.signal.reason;
    const { name, baseURL, usualPath, settings, coldStarts = false, keys } = this.#vendor;
    const { addressKeys, judge } = this.#vendor;
    const { hasBegun } = this;
    if (thrown instanceof SecretError) {
      const { code, message, retryable } = thrown;
      return new ProviderError(name, code, message, { reason: "access", retryable, cause: thrown });
    }
    const oversized = this.#recorded?.oversized();
    if (oversized) return oversized;
    const refusal = this.#recorded?.refusal();
    const error = toProviderError(thrown, {
      provider: name,
      origin: {
        model,
        baseURL,
        usualPath,
        settings,
        coldStarts,
        hasBegun: this.#recorded?.hasBegun() ?? false,
        hasImages: hasImages({ messages }),
      },
      judge: (error) => judge?.(error, { thrown, model, asked, hasBegun }),
      messages,
      secrets: [
        ...(this.#secret ? [this.#secret.reveal()] : []),
        ...(addressKeys ? addressKeys.secrets : []),
      ],
      refusal,
    });
    if (this.#secret && error.code === "UNAUTHENTICATED") {
      this.#isRefused = true;
      keys?.refused(this.#secret);
    }
    return error;
  }

  /** Whether there is another key by now than the one that was refused. */
  async hasNewerKey(): Promise<boolean> {
    const { keys } = this.#vendor;
    if (!this.#isRefused || !keys) return false;
    try {
      const newer = await keys.get(this.#question.context.signal);
      return newer.reveal() !== this.#secret?.reveal();
    } catch {
      // The refusal says more than a vault that cannot tell.
      return false;
    }
  }

  end(): void {
    if (!this.isComplete) this.#ended.abort(abandoned);
  }
}
