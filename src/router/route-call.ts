import type { ChatEvent, ChatRequest, FinishReason } from "../data-models/chat.ts";
import {
  AllProvidersFailedError,
  type FailedAttempt,
  type UnaskedCandidate,
} from "../errors/all-providers-failed-error.ts";
import { withoutFullStop } from "../errors/full-stop.ts";
import { ProviderError } from "../errors/provider-error.ts";
import { Agenda, type Appointment } from "./agenda.ts";
import { Attempt, isContent } from "./attempt.ts";
import { AttemptShare } from "./attempt-share.ts";
import type { Skip } from "./candidate.ts";
import type { HealthVerdict } from "./circuit-breaker.ts";
import { type Clock, pause } from "./clock.ts";
import { currentSkip } from "./current-skip.ts";
import { emptyAnswer } from "./empty-answer.ts";
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
  /** What providers said who cannot honour the request, and did not ask their vendors. */
  readonly #refusals: ProviderError[] = [];
  readonly #agenda: Agenda;
  #isAsked = false;

  constructor(options: RouteCallOptions) {
    this.#options = options;
    this.#recorder = new TraceRecorder(options.plan);
    this.#agenda = new Agenda(options.plan.turns);
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
    const { context } = this.#options;
    if (this.#isAsked) throw new Error("stream() and whole() are for one of them, once");
    this.#isAsked = true;
    context.signal.throwIfAborted();
    for (let next = this.#agenda.next(); next; next = this.#agenda.next()) {
      await this.#pauseUntil(next.dueAt);
      const skip = this.#skipOf(next.turn);
      if (!skip && (yield* this.#ask(next, isWhole))) return;
      // What one that was asked before is passed over for now, its attempts tell better.
      if (skip && !next.patience) this.#recorder.skipped(next.turn, skip);
    }
    throw this.#noAnswer();
  }

  /** Asks one candidate as often as it is worth it. Returns whether it answered. */
  async *#ask(
    { turn, patience }: Appointment,
    isWhole: boolean,
  ): AsyncGenerator<ChatEvent, boolean> {
    const { plan, context, clock, random } = this.#options;
    const deadline = context.deadline.getTime();
    const own = patience ?? new Patience(plan.route, turn.health, { clock, random, deadline });
    for (;;) {
      const tell = turn.health.breaker.begin();
      if (!tell) return false;
      const error = yield* this.#try(turn, own, isWhole, tell);
      if (!error) return true;
      const step = nextStepAfter(error, turn.access.isCallersOwn ?? true);
      if (step === "stop") throw error;
      if (step === "larger") this.#tooSmall.push(turn);
      const delayMs = own.delayBefore(step, error);
      if (delayMs === null) return false;
      const dueAt = clock.now() + delayMs;
      // While it loads, the others may answer.
      if (step === "load") {
        this.#agenda.postpone({ turn, patience: own, dueAt });
        return false;
      }
      await this.#pauseUntil(dueAt);
    }
  }

  /** One attempt. Returns its error, or null when it answered. */
  async *#try(
    turn: Turn,
    patience: Patience,
    isWhole: boolean,
    tell: (verdict: HealthVerdict) => void,
  ): AsyncGenerator<ChatEvent, ProviderError | null> {
    const { request, context, clock } = this.#options;
    const { signal } = context;
    const deadline = context.deadline.getTime();
    const share = this.#shareOf(turn, patience);
    const { limits } = share;
    const attempt = new Attempt({ turn, request, limits, deadline, signal, clock });
    const provider = turn.access.provider.name;
    const held: ChatEvent[] = [];
    let isShown = false;
    let isConcluded = false;
    const conclude = (verdict: HealthVerdict) => {
      isConcluded = true;
      patience.asked();
      tell(verdict);
    };
    try {
      for await (const event of attempt.events()) {
        if (event.type === "finish") {
          if (isWhole && isEmpty(held, event.reason)) throw emptyAnswer(provider, event.reason);
          conclude("alive");
          this.#recorder.answered(attempt, event.reason);
          measure(attempt);
          if (isWhole) yield* held;
        }
        isShown ||= !isWhole && isContent(event);
        if (isWhole && event.type !== "finish") held.push(event);
        else yield event;
      }
      return null;
    } catch (thrown) {
      if (isConcluded || signal.aborted) throw thrown;
      const error = share.errorAfter(attempt.limit) ?? toProviderError(thrown, provider);
      if (error.reason === "unsupported" && attempt.firstTokenAt === null) {
        isConcluded = true;
        tell("unknown");
        this.#refusals.push(error);
        this.#recorder.skipped(turn, toSkip(error, provider));
        return error;
      }
      conclude(share.isTooShortToBlame(attempt.limit) ? "unknown" : healthAfter(error));
      const silenceMs = share.silenceMs(attempt.limit);
      if (silenceMs !== null) turn.health.speed.addSilence(silenceMs);
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

  #shareOf(turn: Turn, { limits }: Patience): AttemptShare {
    const { request, context, clock } = this.#options;
    const leftMs = context.deadline.getTime() - clock.now();
    const hasOther = () => this.#agenda.hasOther((other) => this.#skipOf(other) === null);
    return new AttemptShare({ turn, request, limits, leftMs, hasOther });
  }

  async #pauseUntil(dueAt: number): Promise<void> {
    const { clock, context } = this.#options;
    const delayMs = dueAt - clock.now();
    if (delayMs > 0) await pause(clock, delayMs, context.signal);
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

  /** What the caller gets when nobody answered: a sole candidate's refusal in its own words. */
  #noAnswer(): Error {
    const { route, turns } = this.#options.plan;
    const [refusal] = this.#refusals;
    if (refusal && turns.length === 1 && this.#failures.length === 0) return refusal;
    return new AllProvidersFailedError(route.name, this.#failures, this.#unasked());
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

/** Whether there is nothing in an answer that should hold something; what a filter stopped need not. */
function isEmpty(events: readonly ChatEvent[], finishReason: FinishReason): boolean {
  return finishReason !== "content-filter" && !events.some(isContent);
}

/** A refusal, as the reason why a candidate was not asked. */
function toSkip({ message }: ProviderError, provider: string): Skip {
  const prefix = `${provider}: `;
  const words = message.startsWith(prefix) ? message.slice(prefix.length) : message;
  return { why: withoutFullStop(words), code: "INVALID_ARGUMENT" };
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
