import type { Logger } from "../data-models/logger.ts";
import { Stopwatch } from "./stopwatch.ts";

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
  /** Runs while it is away. */
  #away: Stopwatch | null = null;
  #reach = new AbortController();
  #isMentioned = false;
  #mentioned: Stopwatch | null = null;
  #denied: Stopwatch | null = null;
  #told: Stopwatch | null = null;

  constructor(logger: Logger, listener: OutageListener) {
    this.#logger = logger;
    this.#listener = listener;
  }

  get isNow(): boolean {
    return this.#away !== null;
  }

  /** Aborts when the store goes away. */
  get reach(): AbortSignal {
    return this.#reach.signal;
  }

  /** A call failed by the store. Returns for how many milliseconds that has been away. */
  seen(error: unknown): number {
    if (this.#away === null) {
      this.#away = new Stopwatch();
      this.#isMentioned = false;
      this.#reach.abort();
      this.#tell(this.#away);
    }
    const awayMs = this.#away.elapsedMs;
    const isNews = !this.#isMentioned && awayMs >= newsMs;
    if (isNews || isOver(this.#mentioned, reminderMs)) {
      this.#isMentioned = true;
      this.#mentioned = new Stopwatch();
      this.#logger.error({ err: error, awayMs }, "the queue's store cannot be used; trying again");
    }
    return awayMs;
  }

  /** A call fails again and again although the store is there for others. */
  denied(error: unknown, failingMs: number): void {
    if (!isOver(this.#denied, reminderMs)) return;
    this.#denied = new Stopwatch();
    const message = "the queue's store refuses a call while others succeed; trying again";
    this.#logger.error({ err: error, failingMs }, message);
  }

  /** A call succeeded. */
  end(): void {
    if (this.#away === null) return;
    const awayMs = this.#away.elapsedMs;
    if (this.#isMentioned) this.#logger.info({ awayMs }, "the queue's store is back");
    this.#away = null;
    this.#reach = new AbortController();
    this.#listener.onBack();
  }

  /** Whoever hears of it calls the store: not without end, one call after the other. */
  #tell(away: Stopwatch): void {
    if (isOver(this.#told, restMs)) {
      this.#told = new Stopwatch();
      this.#listener.onAway();
      return;
    }
    const tellLater = () => {
      if (this.#away === away) this.#tell(away);
    };
    setTimeout(tellLater, restMs - (this.#told?.elapsedMs ?? 0)).unref();
  }
}

/** Whether it was so long ago, or never. */
function isOver(watch: Stopwatch | null, milliseconds: number): boolean {
  return watch === null || watch.elapsedMs >= milliseconds;
}
