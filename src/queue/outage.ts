import type { Logger } from "../data-models/logger.ts";

/** Hears when a store goes away, and when it is back. */
interface OutageListener {
  readonly onAway: () => void;
  readonly onBack: () => void;
}

/** What lasts is mentioned this often. */
const reminderMs = 30_000;
/** Of what was mentioned a moment ago only an outage that lasts as long as this is news. */
const newsMs = 1000;
/** A store that goes away again at once is looked after no more often than this. */
const restMs = 2000;

/** Knows whether a store is away, and says so: once, and again now and then, however often it changes. */
export class Outage {
  readonly #logger: Logger;
  readonly #listener: OutageListener;
  #since: number | null = null;
  #reach = new AbortController();
  #isMentioned = false;
  #mentionedAt = Number.NEGATIVE_INFINITY;
  #deniedAt = Number.NEGATIVE_INFINITY;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(logger: Logger, listener: OutageListener) {
    this.#logger = logger;
    this.#listener = listener;
  }

  get isNow(): boolean {
    return this.#since !== null;
  }

  /** Aborts when the store goes away. */
  get reach(): AbortSignal {
    return this.#reach.signal;
  }

  /** A call failed by the store. Returns for how many milliseconds that has been away. */
  seen(error: unknown): number {
    const now = Date.now();
    if (this.#since === null) {
      this.#since = now;
      this.#isMentioned = false;
      this.#reach.abort();
      this.#tell(now);
    }
    const awayMs = now - this.#since;
    const isNews = !this.#isMentioned && awayMs >= newsMs;
    if (isNews || now - this.#mentionedAt >= reminderMs) {
      this.#isMentioned = true;
      this.#mentionedAt = now;
      this.#logger.error({ err: error, awayMs }, "the queue's store cannot be used; trying again");
    }
    return awayMs;
  }

  /** A call fails again and again although the store is there for others. */
  denied(error: unknown, failingMs: number): void {
    const now = Date.now();
    if (now - this.#deniedAt < reminderMs) return;
    this.#deniedAt = now;
    const message = "the queue's store refuses a call while others succeed; trying again";
    this.#logger.error({ err: error, failingMs }, message);
  }

  /** A call succeeded. */
  end(): void {
    if (this.#since === null) return;
    const awayMs = Date.now() - this.#since;
    if (this.#isMentioned) this.#logger.info({ awayMs }, "the queue's store is back");
    this.#since = null;
    this.#reach = new AbortController();
    this.#listener.onBack();
  }

  /** Whoever hears of it calls the store: not without end, one call after the other. */
  #tell(now: number): void {
    const waitMs = this.#toldAt + restMs - now;
    if (waitMs <= 0) {
      this.#toldAt = now;
      this.#listener.onAway();
      return;
    }
    const tellLater = () => {
      if (this.#since === now) this.#tell(Date.now());
    };
    setTimeout(tellLater, waitMs).unref();
  }
}
