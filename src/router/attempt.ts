import type { ChatEvent, ChatRequest, TokenUsage } from "../data-models/chat.ts";
import { ProviderError } from "../errors/provider-error.ts";
import type { Clock } from "./clock.ts";
import type { RouteLimits } from "./route-config.ts";
import type { Turn } from "./route-plan.ts";
import { type LimitName, Watchdog } from "./watchdog.ts";

/** What one attempt needs. */
export interface AttemptOptions {
  readonly turn: Turn;
  readonly request: ChatRequest;
  readonly limits: RouteLimits;
  /** Milliseconds since 1970; all attempts of a request share it. */
  readonly deadline: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** One call of a provider within its limits, and what was seen of it. */
export class Attempt {
  readonly turn: Turn;
  readonly beganAt: number;
  endedAt: number;
  firstTokenAt: number | null = null;
  usage: TokenUsage | null = null;
  /** The limit that ended it, if one did. */
  limit: LimitName | null = null;
  readonly #options: AttemptOptions;
  /** Where not, silence means nothing. */
  readonly #comesInParts: boolean;
  /** Whether the provider has shown that it works on the answer. */
  #isAlive = false;
  #isAwaited = false;

  constructor(options: AttemptOptions) {
    const { turn, request, clock } = options;
    this.turn = turn;
    this.beganAt = clock.now();
    this.endedAt = this.beganAt;
    this.#options = options;
    this.#comesInParts = turn.access.provider.comesInParts?.(turn.model, request) ?? true;
  }

  get isFinished(): boolean {
    return this.usage !== null;
  }

  /**
   * The answer as it comes, `finish` last. Leaving it, a limit and the caller's
   * abort reach the provider at once; none of them waits for the provider.
   */
  async *events(): AsyncGenerator<ChatEvent, void> {
    const { clock, limits, signal, request } = this.#options;
    const { access, model } = this.turn;
    signal.throwIfAborted();
    const cutter = new Cutter();
    const watchdog = new Watchdog(clock, (limit) => {
      this.limit = limit;
      cutter.cut(limitError(access.provider.name, limit, limits));
    });
    const onAbort = () => cutter.cut(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    this.#watchBegin(watchdog);
    const context = {
      signal: cutter.signal,
      onOpen: () => watchdog.forget("connectMs"),
      onProgress: () => this.#lives(watchdog),
    };
    let iterator: AsyncIterator<ChatEvent> | null = null;
    try {
      const events = access.provider.stream(model, request, context);
      const reading = events[Symbol.asyncIterator]();
      iterator = reading;
      for (;;) {
        this.#isAwaited = true;
        if (this.#isAlive) this.#watchIdle(watchdog);
        const next = await cutter.race(() => reading.next());
        if (next.done) throw brokenStream(access.provider.name);
        // While the caller reads, the provider's time stands still.
        this.#isAwaited = false;
        this.#note(next.value, watchdog);
        yield next.value;
        if (this.isFinished) return;
      }
    } finally {
      this.endedAt = this.isFinished ? this.endedAt : clock.now();
      watchdog.stop();
      signal.removeEventListener("abort", onAbort);
      if (!this.isFinished) cutter.cut(new DOMException("Nobody waits any more.", "AbortError"));
      // A provider that is stuck must not hold up who leaves it.
      void leave(iterator);
    }
  }

  #watchBegin(watchdog: Watchdog): void {
    const { limits, deadline } = this.#options;
    watchdog.watch("deadline", deadline);
    if (limits.totalMs !== undefined) watchdog.watch("totalMs", this.beganAt + limits.totalMs);
    // Of an answer that comes whole, even the status may come with its last word.
    if (!this.#comesInParts) return;
    watchdog.watch("firstTokenMs", this.beganAt + limits.firstTokenMs);
    if (this.turn.access.provider.tellsOpening && limits.connectMs !== undefined) {
      watchdog.watch("connectMs", this.beganAt + limits.connectMs);
    }
  }

  /** Content is a sign of life, and so is what is not passed on. */
  #lives(watchdog: Watchdog): void {
    this.#isAlive = true;
    watchdog.forget("connectMs");
    watchdog.forget("firstTokenMs");
    if (this.#isAwaited) this.#watchIdle(watchdog);
  }

  #watchIdle(watchdog: Watchdog): void {
    const { clock, limits } = this.#options;
    if (this.#comesInParts) watchdog.watch("idleMs", clock.now() + limits.idleMs);
  }

  #note(event: ChatEvent, watchdog: Watchdog): void {
    const now = this.#options.clock.now();
    watchdog.forget("connectMs");
    watchdog.forget("idleMs");
    if (event.type === "finish") {
      this.usage = event.usage;
      this.endedAt = now;
      watchdog.stop();
    } else if (isContent(event)) {
      this.firstTokenAt ??= now;
      this.#lives(watchdog);
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
