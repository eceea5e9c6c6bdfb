import type { ChatEvent } from "../../data-models/chat.ts";
import { ProviderError } from "../../errors/model-errors.ts";
import type { HealthVerdict } from "../health/circuit-breaker.ts";
import type { Turn } from "../plan/route-plan.ts";
import type { Attempt, Starting } from "./attempt.ts";
import { healthAfter, toProviderError } from "./failure-policy.ts";
import type { RetryState } from "./retry-state.ts";
import type { AttemptShare } from "./time-limits.ts";

/** What a trial is made of. */
export interface TrialParts {
  readonly attempt: Attempt;
  readonly share: AttemptShare;
  readonly retryState: RetryState;
  /** Gives back the right to the attempt; see `CircuitBreaker.begin`. */
  readonly tell: (verdict: HealthVerdict) => void;
}

/** One attempt in the hands of a call, which may read it in parts, and leave it to itself. */
export class Trial {
  readonly attempt: Attempt;
  readonly share: AttemptShare;
  isConcluded = false;
  readonly #retryState: RetryState;
  readonly #tell: (verdict: HealthVerdict) => void;
  readonly #events: AsyncGenerator<ChatEvent | Starting, void>;

  constructor({ attempt, share, retryState, tell }: TrialParts) {
    this.attempt = attempt;
    this.share = share;
    this.#retryState = retryState;
    this.#tell = tell;
    this.#events = attempt.events();
  }

  get turn(): Turn {
    return this.attempt.turn;
  }

  /** Reads on; who stops reading has not ended the attempt. */
  async *read(): AsyncGenerator<ChatEvent | Starting, void> {
    for (;;) {
      const next = await this.#events.next();
      if (next.done) return;
      yield next.value;
    }
  }

  /** Says what came of it, once. */
  conclude(verdict: HealthVerdict): void {
    if (this.isConcluded) return;
    this.isConcluded = true;
    this.#retryState.asked();
    this.#tell(verdict);
  }

  /** Gives the right to the attempt back: its provider asked nobody. */
  withdraw(): void {
    this.isConcluded = true;
    this.#tell("unknown");
  }

  /** Remembers how fast it was. */
  measure(): void {
    const { turn, beganAt, firstTokenAt, endedAt, usage, mayBeStart } = this.attempt;
    if (firstTokenAt === null || mayBeStart) return;
    turn.health.speed.addFirstToken(firstTokenAt - beganAt);
    turn.health.speed.addRate(usage?.outputTokens ?? 0, endedAt - firstTokenAt);
  }

  /** Ends it; its provider hears of it at once. */
  async end(): Promise<void> {
    await this.#events.return();
  }

  /** Takes note of a silence that lets others be asked. @returns what the caller's log is told */
  hold(): ProviderError {
    const { attempt, turn } = this;
    const waitedMs = attempt.endedAt - attempt.beganAt;
    if (!attempt.mayBeStart) turn.health.speed.addSilence(waitedMs);
    const what = waitedMs > 0 ? `nothing within ${waitedMs} ms` : "it was silent when it was asked";
    const problem = `${what}: its model may be starting. The request is held open, and others are asked.`;
    return new ProviderError(turn.access.provider.name, "UNAVAILABLE", problem, {
      reason: "loading",
      retryable: true,
    });
  }

  /**
   * Leaves it, for its call is over. The last one that waits for a model stays
   * until the model is there, or `stopped`: where nobody waits, a start is undone.
   */
  leave(caller: AbortSignal, stopped: AbortSignal): void {
    const isNeeded = this.attempt.isWaiting && this.turn.health.start.waiting === 1;
    if (isNeeded && !caller.aborted && !stopped.aborted) {
      this.attempt.outlive(stopped);
      void this.#awaitStart();
    } else {
      this.conclude(this.attempt.isWaiting || caller.aborted ? "unknown" : "alive");
      // At once: of several that leave together, the last has to know that it is.
      this.attempt.stopWaiting();
      void this.end();
    }
  }

  async #awaitStart(): Promise<void> {
    try {
      await this.#events.next();
      this.conclude("alive");
    } catch (thrown) {
      const isOurs = this.attempt.limit !== null;
      const { name } = this.turn.access.provider;
      this.conclude(isOurs ? "unknown" : healthAfter(toProviderError(thrown, name)));
    } finally {
      await this.end();
    }
  }
}
