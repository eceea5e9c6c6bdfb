import { orAborted } from "../../async/or-aborted.ts";
import type { ChatRequest } from "../../data-models/chat.ts";
import { hasImages, likelyTokens } from "../check-capabilities.ts";
import type { Capabilities } from "../provider.ts";
import { type ServedFacts, untold } from "./served-facts.ts";

/** A model may be exchanged behind its name, or be loaded with another window. */
const freshMs = 60_000;
/** A server that does not tell within this time is asked without it, and for texts not again so soon. */
const maxMs = 2000;
/** Shorter requests fit everywhere. */
const tellingTokens = 256;
/** Callers may name models freely where a profile allows all. */
const maxModels = 1000;

/** Asks the server for a model's facts. */
export type AskFacts = (model: string, signal: AbortSignal) => Promise<ServedFacts>;

/** What is known of the models of one server: what it told, and what it refused. */
export class ServedModels {
  readonly #ask: AskFacts;
  readonly #now: () => number;
  readonly #maxMs: number;
  readonly #known = new Map<string, { readonly facts: ServedFacts; readonly until: number }>();
  readonly #asked = new Map<string, Promise<void>>();
  #restsUntil = 0;

  constructor(ask: AskFacts, times: { readonly now?: () => number; readonly maxMs?: number } = {}) {
    this.#ask = ask;
    this.#now = times.now ?? Date.now;
    this.#maxMs = times.maxMs ?? maxMs;
  }

  /** What of a model's abilities is known; nothing of one that nobody asked about. */
  capabilities(model: string): Partial<Capabilities> {
    const facts = this.#known.get(model)?.facts;
    if (!facts) return {};
    const { images, contextTokens, cutsSilently } = facts;
    return { contextTokens, cutsSilently, ...(images !== null && { images }) };
  }

  /** Whether the server may tell more of what matters for this request. */
  isUnsure(model: string, request: ChatRequest): boolean {
    const known = this.#known.get(model);
    if (known && !known.facts.isProvisional && known.until > this.#now()) return false;
    // Who answers about a picture must have seen it; that costs a wait.
    if (hasImages(request)) return true;
    return this.#restsUntil <= this.#now() && likelyTokens(request) >= tellingTokens;
  }

  /**
   * Asks the server where it is unsure, once for all who wait. That it does not
   * tell is no failure.
   * @throws the signal's reason
   */
  async learn(model: string, request: ChatRequest, signal: AbortSignal): Promise<void> {
    if (!this.isUnsure(model, request)) return;
    let asked = this.#asked.get(model);
    if (!asked) {
      asked = this.#read(model).finally(() => this.#asked.delete(model));
      this.#asked.set(model, asked);
    }
    await orAborted(asked, signal);
  }

  /** The server said that this model sees no images. */
  noteBlind(model: string): void {
    const facts = this.#known.get(model)?.facts ?? untold;
    this.#note(model, { ...facts, images: false });
  }

  async #read(model: string): Promise<void> {
    const limit = AbortSignal.timeout(this.#maxMs);
    try {
      this.#note(model, await orAborted(this.#ask(model, limit), limit));
    } catch {
      if (limit.aborted) this.#restsUntil = this.#now() + freshMs;
    }
  }

  #note(model: string, facts: ServedFacts): void {
    this.#known.delete(model);
    this.#known.set(model, { facts, until: this.#now() + freshMs });
    const [oldest] = this.#known.keys();
    if (this.#known.size > maxModels && oldest !== undefined) this.#known.delete(oldest);
  }
}
