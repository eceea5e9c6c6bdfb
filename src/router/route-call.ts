import type { ChatEvent, ChatRequest } from "../data-models/chat.ts";
import {
  AllProvidersFailedError,
  type FailedAttempt,
  type UnaskedCandidate,
} from "../errors/all-providers-failed-error.ts";
import { ProviderError } from "../errors/provider-error.ts";
import { Attempt, isContent } from "./attempt.ts";
import type { Skip } from "./candidate.ts";
import type { HealthVerdict } from "./circuit-breaker.ts";
import { type Clock, pause } from "./clock.ts";
import { currentSkip } from "./current-skip.ts";
import { healthAfter, nextStepAfter } from "./failure-policy.ts";
import { Patience } from "./patience.ts";
import type { RoutePlan, Turn } from "./route-plan.ts";
import type { RouteTrace } from "./route-trace.ts";
import { toProviderError } from "./to-provider-error.ts";
import { TraceRecorder } from "./trace-recorder.ts";
import { toWholeAnswer, type WholeAnswer } from "./whole-answer.ts";

/** For how long a caller waits; a RequestContext is one. */
export interface CallContext {
  readonly signal: AbortSignal;
  /** No attempt and no pause goes beyond it. */
  readonly deadline: Date;
}

/** What a call is made of. */
export interface RouteCallOptions {
  readonly plan: RoutePlan;
  readonly request: ChatRequest;
  readonly context: CallContext;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * One request on its way along a route. It is asked once, for a stream or for a
 * whole answer; `trace` tells at any time how far it is.
 */
export class RouteCall {
  readonly #options: RouteCallOptions;
  readonly #recorder: TraceRecorder;
  readonly #failures: FailedAttempt[] = [];
  /** Who refused the request as too long. */
  readonly #tooSmall: Turn[] = [];
  #isAsked = false;

  constructor(options: RouteCallOptions) {
    this.#options = options;
    this.#recorder = new TraceRecorder(options.plan);
  }

  get trace(): RouteTrace {
    return this.#recorder.trace;
  }

  /** What failed so far, also where somebody else answered then. Causes are for the log. */
  get failures(): readonly FailedAttempt[] {
    return this.#failures;
  }

  /**
   * The answer as it comes. Whatever fails before its first content is tried
   * again or elsewhere; what fails after it ends with an error.
   * @throws ProviderError for what nobody else would do better (a request that
   * is wrong, a filter's refusal) and, with reason `broken-stream`, for an answer that broke
   * @throws AllProvidersFailedError when nobody answered
   */
  stream(): AsyncGenerator<ChatEvent, void> {
    return this.#run(false);
  }

  /**
   * The whole answer. Nothing of it is shown before, so one that breaks is tried
   * again or elsewhere from its beginning. Throws as `stream` does.
   */
  async whole(): Promise<WholeAnswer> {
    const events: ChatEvent[] = [];
    for await (const event of this.#run(true)) events.push(event);
    return toWholeAnswer(events);
  }

  async *#run(isWhole: boolean): AsyncGenerator<ChatEvent, void> {
    const { plan, context } = this.#options;
    if (this.#isAsked) throw new Error("stream() and whole() are for one of them, once");
    this.#isAsked = true;
    context.signal.throwIfAborted();
    for (const turn of plan.turns) {
      const skip = this.#skipOf(turn);
      if (skip) this.#recorder.skipped(turn, skip);
      else if (yield* this.#ask(turn, isWhole)) return;
    }
    throw new AllProvidersFailedError(plan.route.name, this.#failures, this.#unasked());
  }

  /** Asks one candidate as often as it is worth it. Returns whether it answered. */
  async *#ask(turn: Turn, isWhole: boolean): AsyncGenerator<ChatEvent, boolean> {
    const { plan, context, clock, random } = this.#options;
    const { signal } = context;
    const deadline = context.deadline.getTime();
    const patience = new Patience(plan.route, turn.health, { clock, random, deadline });
    for (;;) {
      const tell = turn.health.breaker.begin();
      if (!tell) return false;
      const error = yield* this.#try(turn, patience.limits, isWhole, tell);
      if (!error) return true;
      const step = nextStepAfter(error, turn.access.isCallersOwn ?? true);
      if (step === "stop") throw error;
      if (step === "larger") this.#tooSmall.push(turn);
      const delayMs = patience.delayBefore(step, error, () => this.#hasOther(turn));
      if (delayMs === null) return false;
      await pause(clock, delayMs, signal);
    }
  }

  /** One attempt. Returns its error, or null when it answered. */
  async *#try(
    turn: Turn,
    limits: Patience["limits"],
    isWhole: boolean,
    tell: (verdict: HealthVerdict) => void,
  ): AsyncGenerator<ChatEvent, ProviderError | null> {
    const { request, context, clock } = this.#options;
    const { signal } = context;
    const deadline = context.deadline.getTime();
    const attempt = new Attempt({ turn, request, limits, deadline, signal, clock });
    const held: ChatEvent[] = [];
    let isShown = false;
    let isConcluded = false;
    const conclude = (verdict: HealthVerdict) => {
      isConcluded = true;
      tell(verdict);
    };
    try {
      for await (const event of attempt.events()) {
        if (attempt.isFinished) {
          conclude("alive");
          this.#recorder.answered(attempt);
          measure(attempt);
          if (isWhole) yield* held;
        }
        isShown ||= !isWhole && isContent(event);
        if (isWhole && !attempt.isFinished) held.push(event);
        else yield event;
      }
      return null;
    } catch (thrown) {
      if (isConcluded || signal.aborted) throw thrown;
      const error = toProviderError(thrown, turn.access.provider.name);
      // The request's own deadline says nothing about who had too little time left.
      conclude(attempt.limit === "deadline" ? "unknown" : healthAfter(error));
      if (attempt.limit === "firstTokenMs") turn.health.speed.addFirstToken(limits.firstTokenMs);
      this.#recorder.failed(attempt, error);
      if (isShown) throw brokenAnswer(error, turn);
      this.#failures.push({ profile: turn.access.profile, model: turn.model, error });
      return error;
    } finally {
      if (!isConcluded) {
        conclude("unknown");
        this.#recorder.cancelled(attempt);
      }
    }
  }

  #skipOf(turn: Turn): Skip | null {
    const { request, context, clock } = this.#options;
    if (clock.now() >= context.deadline.getTime()) {
      const why = "no time was left before the request's deadline";
      return { why, code: "DEADLINE_EXCEEDED" };
    }
    const small = this.#tooSmall.find((other) => !isLarger(turn, other));
    if (small) {
      const why = `the request was too long for ${small.model}, and this one is not known to take more`;
      return { why, code: "INVALID_ARGUMENT" };
    }
    return currentSkip(turn, request, clock.now());
  }

  /** Whether anybody after this one could be asked now. */
  #hasOther(turn: Turn): boolean {
    const { turns } = this.#options.plan;
    return turns.slice(turns.indexOf(turn) + 1).some((other) => this.#skipOf(other) === null);
  }

  #unasked(): readonly UnaskedCandidate[] {
    const excluded = this.#options.plan.excluded.map(({ access, model, skip }) => ({
      profile: access.profile,
      model,
      ...skip,
    }));
    const skipped = [...this.#recorder.skips].map(([{ access, model }, skip]) => ({
      profile: access.profile,
      model,
      ...skip,
    }));
    return [...skipped, ...excluded];
  }
}

function measure({ turn, beganAt, firstTokenAt, endedAt, usage }: Attempt): void {
  if (firstTokenAt === null) return;
  turn.health.speed.addFirstToken(firstTokenAt - beganAt);
  turn.health.speed.addRate(usage?.outputTokens ?? 0, endedAt - firstTokenAt);
}

/** Whether a request that was too long for `other` may fit here; where no window is known, another model may. */
function isLarger(turn: Turn, other: Turn): boolean {
  const [own, others] = [turn, other].map(
    ({ access, model }) => access.provider.capabilities(model).contextTokens,
  );
  if (typeof others !== "number") return turn.model !== other.model;
  return typeof own === "number" && own > others;
}

function brokenAnswer(error: ProviderError, { access }: Turn): ProviderError {
  return new ProviderError(
    access.provider.name,
    "UNAVAILABLE",
    "its answer broke off after a part of it was passed on. Ask again for a whole one.",
    { reason: "broken-stream", retryable: true, cause: error },
  );
}
