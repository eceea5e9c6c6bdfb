import type { Clock } from "../call/clock.ts";
import type { BreakerConfig } from "../plan/route-config.ts";

/** Whether a candidate is asked: always, not now, or by one request that finds out. */
export type BreakerState = "closed" | "open" | "half-open";

/** What an attempt says about the candidate's health; a caller who leaves says nothing. */
export type HealthVerdict = "alive" | "failed" | "unknown";

/** Parts of the window: what is older than the window goes a part at a time. */
const slotCount = 10;

interface Slot {
  begin: number;
  attempts: number;
  failures: number;
}

/**
 * Stops asking a candidate that keeps failing, and lets a single request find
 * out when it is back. A part of its own rather than a library's: what counts as
 * failure here, one probe at a time and open times that vary fit in less code
 * than an adapter.
 */
export class CircuitBreaker {
  readonly #config: BreakerConfig;
  readonly #clock: Clock;
  readonly #random: () => number;
  #slots: Slot[] = [];
  #openUntil: number | null = null;
  #isProbing = false;

  constructor(config: BreakerConfig, clock: Clock, random: () => number) {
    this.#config = config;
    this.#clock = clock;
    this.#random = random;
  }

  get state(): BreakerState {
    if (this.#openUntil === null) return "closed";
    return this.#clock.now() < this.#openUntil ? "open" : "half-open";
  }

  /** Milliseconds until a request may find out; 0 unless it is open. */
  get openForMs(): number {
    return this.#openUntil === null ? 0 : Math.max(0, this.#openUntil - this.#clock.now());
  }

  /** Whether an attempt may begin now. It takes nothing: that is `begin`. */
  get lets(): boolean {
    return this.state === "closed" || (this.state === "half-open" && !this.#isProbing);
  }

  /**
   * Takes the right to an attempt, and returns how to tell what came of it; null
   * when none may begin. Whoever takes it must tell.
   */
  begin(): ((verdict: HealthVerdict) => void) | null {
    if (!this.lets) return null;
    if (this.state === "closed") return (verdict) => this.#count(verdict);
    this.#isProbing = true;
    return (verdict) => this.#judgeProbe(verdict);
  }

  #judgeProbe(verdict: HealthVerdict): void {
    this.#isProbing = false;
    if (verdict === "failed") this.#open();
    if (verdict === "alive") {
      this.#openUntil = null;
      this.#slots = [];
    }
  }

  #count(verdict: HealthVerdict): void {
    // Attempts that began before it opened change nothing any more.
    if (verdict === "unknown" || this.#openUntil !== null) return;
    const slot = this.#currentSlot();
    slot.attempts += 1;
    if (verdict === "alive") return;
    slot.failures += 1;
    const attempts = this.#slots.reduce((sum, each) => sum + each.attempts, 0);
    const failures = this.#slots.reduce((sum, each) => sum + each.failures, 0);
    const { failures: most, failureRate } = this.#config;
    if (failures >= most && failures / attempts >= failureRate) this.#open();
  }

  #open(): void {
    // Replicas that opened together must not come back together.
    const openMs = this.#config.openMs * (0.8 + 0.4 * this.#random());
    this.#openUntil = this.#clock.now() + openMs;
  }

  #currentSlot(): Slot {
    const now = this.#clock.now();
    const { windowMs } = this.#config;
    this.#slots = this.#slots.filter(({ begin }) => begin > now - windowMs);
    const last = this.#slots.at(-1);
    if (last && now - last.begin < windowMs / slotCount) return last;
    const slot = { begin: now, attempts: 0, failures: 0 };
    this.#slots.push(slot);
    return slot;
  }
}
