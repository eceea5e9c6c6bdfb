import { setTimeout as sleep } from "node:timers/promises";
import { neverAborted } from "../../async/never-aborted.ts";
import { Stopwatch } from "../../async/stopwatch.ts";
import type { Logger } from "../../data-models/request-context.ts";
import { ConfigurationError } from "../../errors/arena-error.ts";
import { messageOf } from "../../text/reason-of.ts";
import { DataError, isOfData, NotDoneError } from "./store-errors.ts";

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
class Outage {
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

/** Waits between two attempts grow from the first to the second of these. */
const backoffMs = { least: 50, most: 2000 };
/** A call that fails so often after others succeeded fails by itself. */
const maxOvertakes = 3;

/** When a call is given up. */
export interface CallOptions {
  /** How long the store may be away. */
  readonly retryForMs?: number;
  readonly signal?: AbortSignal;
  /** True for a call that what it carries can make fail: it is not tried again then. */
  readonly carriesData?: boolean;
  /** So many failures end a call that may be left undone, if others succeed meanwhile. */
  readonly maxFailures?: number;
}

/** A call was given up because the store was away for too long. */
export class StoreAwayError extends Error {
  override readonly name = "StoreAwayError";
  /** True unless each attempt surely changed nothing. */
  readonly mayBeDone: boolean;

  constructor(mayBeDone: boolean, options?: ErrorOptions) {
    super("the queue's store is away", options);
    this.mayBeDone = mayBeDone;
  }
}

/** Calls a store until it does what it is told: a store that is away for a while loses nothing. */
export class StoreAccess {
  readonly #outage: Outage;
  /** Wake those who wait for the store, and all who wait. */
  #retry = new AbortController();
  #hurry = new AbortController();
  #successes = 0;
  #maxWaitMs = Number.POSITIVE_INFINITY;

  constructor(logger: Logger, { onAway, onBack }: OutageListener) {
    this.#outage = new Outage(logger, {
      onAway,
      onBack: () => {
        this.retryNow();
        onBack();
      },
    });
  }

  /** Whether the last call failed by the store. */
  get isAway(): boolean {
    return this.#outage.isNow;
  }

  /** Aborts when the store goes away: what waits for it would wait for long. */
  get reach(): AbortSignal {
    return this.#outage.reach;
  }

  /**
   * Makes the call again and again until it succeeds.
   * @throws StoreAwayError when the store has been away for `retryForMs`, or `signal` aborts
   * @throws DataError when what the call carries is at fault
   */
  async call<Result>(
    work: (isRetry: boolean) => Promise<Result>,
    options: CallOptions = {},
  ): Promise<Result> {
    const { retryForMs = Number.POSITIVE_INFINITY, signal = neverAborted } = options;
    const begin = new Stopwatch();
    let mayBeDone = false;
    let overtakes = 0;
    let successes = this.#successes;
    for (let attempt = 0; ; attempt++) {
      try {
        const result = await work(attempt > 0);
        this.#successes++;
        this.#outage.end();
        return result;
      } catch (error) {
        // What only an operator can mend is not tried again.
        if (error instanceof ConfigurationError) throw error;
        if (options.carriesData && isOfData(error)) throw toDataError(error);
        mayBeDone ||= !(error instanceof NotDoneError);
        if (attempt > 0 && successes !== this.#successes) overtakes++;
        successes = this.#successes;
        const isStuck = isOfData(error) || overtakes >= maxOvertakes;
        if (isStuck && attempt + 1 >= (options.maxFailures ?? Number.POSITIVE_INFINITY)) {
          throw toDataError(error);
        }
        const awayMs = isStuck ? 0 : this.#outage.seen(error);
        // A store may be silent for long before anybody knows that it is away.
        const failingMs = Math.max(awayMs, begin.elapsedMs);
        if (isStuck) this.#outage.denied(error, failingMs);
        if (signal.aborted || failingMs >= Math.min(retryForMs, this.#maxWaitMs)) {
          throw new StoreAwayError(mayBeDone, { cause: error });
        }
        // That others succeed is no news for a call that fails all the same.
        const wakeUp = isStuck ? this.#hurry.signal : this.#retry.signal;
        await pause(attempt, AbortSignal.any([wakeUp, signal]));
      }
    }
  }

  /** Ends the waiting of all calls that wait for the store: it may be reachable again. */
  retryNow(): void {
    this.#retry.abort();
    this.#retry = new AbortController();
  }

  /** From now on no call waits longer than this for a store that is away. */
  limitPatience(retryForMs: number): void {
    this.#maxWaitMs = retryForMs;
    this.#hurry.abort();
    this.#hurry = new AbortController();
    this.retryNow();
  }
}

/** What a call returns, or undefined when it was given up because the store was away. */
export async function ifReachable<Result>(call: Promise<Result>): Promise<Result | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof StoreAwayError) return undefined;
    throw error;
  }
}

async function pause(attempt: number, signal: AbortSignal): Promise<void> {
  const longest = Math.min(backoffMs.most, backoffMs.least * 2 ** attempt);
  const waitMs = longest * (0.5 + Math.random() / 2);
  // The end of the waiting is all that an abort means here.
  await sleep(waitMs, undefined, { signal }).catch(() => {});
}

function toDataError(error: unknown): DataError {
  if (error instanceof DataError) return error;
  const reason = messageOf(error);
  return new DataError(`the queue's store cannot do this: ${reason}`, { cause: error });
}
