import type { ChatEvent, ChatRequest, TokenUsage } from "../../data-models/chat.ts";
import { ProviderError } from "../../errors/model-errors.ts";
import { StartWait } from "../health/model-start.ts";
import type { RouteLimits } from "../plan/route-config.ts";
import type { Turn } from "../plan/route-plan.ts";
import type { Clock } from "./clock.ts";
import { type LimitName, Watchdog } from "./time-limits.ts";

/** A server may say anything for a name. */
const maxNameCharacters = 200;

/** What one attempt needs. */
export interface AttemptOptions {
  readonly turn: Turn;
  readonly request: ChatRequest;
  readonly limits: RouteLimits;
  /** Milliseconds since 1970; all attempts of a request share it. */
  readonly deadline: number;
  /** When text that is still being written is ended before the deadline, so that it gets out by then. */
  readonly partialAt?: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** A model that may be at zero has been silent for longer than one that is there. */
export interface Starting {
  readonly type: "starting";
}

/** One call of a provider within its limits, and what was seen of it. */
export class Attempt {
  readonly turn: Turn;
  readonly beganAt: number;
  endedAt: number;
  firstTokenAt: number | null = null;
  usage: TokenUsage | null = null;
  /** The name by which the server says who answers; null where it says none. */
  servedModel: string | null = null;
  /** The limit that ended it, if one did. */
  limit: LimitName | null = null;
  readonly #options: AttemptOptions;
  readonly #watchdog: Watchdog;
  readonly #cutter = new Cutter();
  /** Where not, silence means nothing. */
  readonly #comesInParts: boolean;
  /** Null where silence is no start of a model. */
  #wait: StartWait | null = null;
  /** Whose abort ends it. */
  #caller: AbortSignal;
  readonly #onAbort = () => this.#cutter.cut(this.#caller.reason);
  /** Whether the provider has shown that it works on the answer. */
  #isAlive = false;
  #isAwaited = false;

  constructor(options: AttemptOptions) {
    const { turn, request, limits, signal, clock } = options;
    const { provider } = turn.access;
    this.turn = turn;
    this.beganAt = clock.now();
    this.endedAt = this.beganAt;
    this.#options = options;
    this.#caller = signal;
    this.#comesInParts = provider.comesInParts?.(turn.model, request) ?? true;
    this.#watchdog = new Watchdog(clock, (limit) => {
      this.limit = limit;
      this.#cutter.cut(limitError(provider.name, limit, limits));
    });
  }

  get isFinished(): boolean {
    return this.usage !== null;
  }

  /** Whether it waits for a model to start that has not been heard of. */
  get isWaiting(): boolean {
    const { wasOverdue = false, isOver = true } = this.#wait ?? {};
    return wasOverdue && !isOver;
  }

  /** Whether its time may be that of the model's start, which says nothing of the model's speed. */
  get mayBeStart(): boolean {
    const { wasOverdue = false, mayBeStart = false } = this.#wait ?? {};
    return wasOverdue && mayBeStart;
  }

  /** Resolves when there is more to be read than silence. */
  get stirred(): Promise<void> {
    return this.#wait?.over ?? Promise.resolve();
  }

  /**
   * The answer as it comes, `finish` last; before it `starting`, once, where
   * silence may be a start. Leaving it, a limit and the caller's abort reach the
   * provider at once; none of them waits for the provider.
   */
  async *events(): AsyncGenerator<ChatEvent | Starting, void> {
    const { clock, request, signal } = this.#options;
    const { access, model } = this.turn;
    signal.throwIfAborted();
    this.#obey(signal);
    this.#watchBegin();
    const context = {
      signal: this.#cutter.signal,
      onOpen: () => this.#opened(),
      onProgress: () => this.#lives(),
      onServed: (name: string) => {
        this.servedModel = name.slice(0, maxNameCharacters);
      },
    };
    let iterator: AsyncIterator<ChatEvent> | null = null;
    try {
      const events = access.provider.stream(model, request, context);
      const reading = events[Symbol.asyncIterator]();
      iterator = reading;
      for (;;) {
        this.#isAwaited = true;
        if (this.#isAlive) this.#watchIdle();
        const coming = this.#cutter.race(() => reading.next());
        if (await this.#isOverdue(coming)) {
          this.endedAt = clock.now();
          yield { type: "starting" };
        }
        const next = await coming;
        if (next.done) throw brokenStream(access.provider.name);
        // While the caller reads, the provider's time stands still.
        this.#isAwaited = false;
        this.#note(next.value);
        yield next.value;
        if (this.isFinished) return;
      }
    } finally {
      this.endedAt = this.isFinished ? this.endedAt : clock.now();
      this.#watchdog.stop();
      this.#wait?.stop();
      this.#caller.removeEventListener("abort", this.#onAbort);
      if (!this.isFinished) {
        this.#cutter.cut(new DOMException("Nobody waits any more.", "AbortError"));
      }
      // A provider that is stuck must not hold up who leaves it.
      void leave(iterator);
    }
  }

  /** Goes on for the sake of the model's start alone, whatever becomes of the caller, until `stopped`. */
  outlive(stopped: AbortSignal): void {
    this.#obey(stopped);
    this.#watchdog.forget("deadline");
  }

  /** Is counted no more among those who wait for the model. */
  stopWaiting(): void {
    this.#wait?.stop();
  }

  #obey(signal: AbortSignal): void {
    this.#caller.removeEventListener("abort", this.#onAbort);
    this.#caller = signal;
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  #watchBegin(): void {
    const { limits, deadline, clock } = this.#options;
    const { access, health } = this.turn;
    this.#watchdog.watch("deadline", deadline);
    if (this.#comesInParts && access.provider.startsInSilence) {
      const silenceMs = Math.min(limits.connectMs ?? limits.firstTokenMs, limits.firstTokenMs);
      this.#wait = new StartWait(health.start, clock, silenceMs);
      this.#watchdog.watch("loadingMs", this.beganAt + limits.loadingMs);
      return;
    }
    this.#watchAnswer();
    if (this.#comesInParts && access.provider.tellsOpening && limits.connectMs !== undefined) {
      this.#watchdog.watch("connectMs", this.beganAt + limits.connectMs);
    }
  }

  #watchAnswer(): void {
    const { limits, clock } = this.#options;
    const now = clock.now();
    if (limits.totalMs !== undefined) this.#watchdog.watch("totalMs", now + limits.totalMs);
    // Of an answer that comes whole, even the status may come with its last word.
    if (this.#comesInParts) this.#watchdog.watch("firstTokenMs", now + limits.firstTokenMs);
  }

  #opened(): void {
    this.#watchdog.forget("connectMs");
    if (!this.#wait || this.#wait.isOver) return;
    this.#wait.heard();
    // The model has started: the limits of any attempt hold.
    this.#watchdog.forget("loadingMs");
    this.#watchAnswer();
  }

  /** Whether it is silent for longer than a model that is there; `coming` may be waited for then as before. */
  async #isOverdue(coming: Promise<unknown>): Promise<boolean> {
    const wait = this.#wait;
    if (!wait || wait.isOver) return false;
    const settled = () => {
      if (!this.#cutter.signal.aborted) this.#opened();
      wait.stop();
      // It came in time, also where it is read later.
      this.#watchdog.forget("firstTokenMs");
    };
    coming.then(settled, settled);
    return Promise.race([wait.overdue.then(() => true), wait.over.then(() => false)]);
  }

  /** Content is a sign of life, and so is what is not passed on. */
  #lives(): void {
    this.#isAlive = true;
    this.#watchdog.forget("connectMs");
    this.#watchdog.forget("firstTokenMs");
    if (this.#isAwaited) this.#watchIdle();
  }

  #watchIdle(): void {
    const { clock, limits } = this.#options;
    if (this.#comesInParts) this.#watchdog.watch("idleMs", clock.now() + limits.idleMs);
  }

  #note(event: ChatEvent): void {
    const now = this.#options.clock.now();
    this.#watchdog.forget("connectMs");
    this.#watchdog.forget("idleMs");
    if (event.type === "finish") {
      this.usage = event.usage;
      this.endedAt = now;
      this.#watchdog.stop();
    } else if (isContent(event)) {
      this.firstTokenAt ??= now;
      const { partialAt = now } = this.#options;
      if (event.type === "text" && now < partialAt) this.#watchdog.watch("deadline", partialAt);
      this.#lives();
    }
  }
}

/** Whether a caller who sees this event has seen a part of the answer. */
export function isContent(event: ChatEvent): boolean {
  return event.type === "text" ? event.text !== "" : event.type !== "finish";
}

/** Ends a wait from outside, whatever is waited for, and aborts the signal of who works. */
class Cutter {
  readonly #controller = new AbortController();
  #reject: ((reason: unknown) => void) | null = null;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  cut(reason: unknown): void {
    if (this.signal.aborted) return;
    this.#controller.abort(reason);
    this.#reject?.(reason);
  }

  /** Settles as `work` does, or rejects with the reason of the cut. */
  race<Result>(work: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.signal.aborted) return reject(this.signal.reason);
      this.#reject = reject;
      work().then(resolve, reject);
    });
  }
}

/** Ends an iteration; what its end runs into concerns nobody any more. */
async function leave(iterator: AsyncIterator<unknown> | null): Promise<void> {
  try {
    await iterator?.return?.();
  } catch {
    return;
  }
}

function limitError(provider: string, limit: LimitName, limits: RouteLimits): ProviderError {
  const problems: Readonly<Record<LimitName, string>> = {
    connectMs: `it did not begin to answer within ${limits.connectMs} ms (connectMs of the route).`,
    firstTokenMs: `nothing of an answer within ${limits.firstTokenMs} ms (firstTokenMs of the route).`,
    idleMs: `its answer stood still for ${limits.idleMs} ms (idleMs of the route).`,
    totalMs: `no whole answer within ${limits.totalMs} ms (totalMs of the route).`,
    loadingMs: `its model was not there within ${limits.loadingMs} ms (loadingMs of the route).`,
    deadline: "no whole answer before the request's deadline.",
  };
  return new ProviderError(provider, "DEADLINE_EXCEEDED", problems[limit], {
    reason: "timeout",
    retryable: true,
  });
}

function brokenStream(provider: string): ProviderError {
  return new ProviderError(provider, "UNAVAILABLE", "its answer broke off before its end.", {
    reason: "broken-stream",
    retryable: true,
  });
}
