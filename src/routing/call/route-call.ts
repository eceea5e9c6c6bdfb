import type { ChatEvent, ChatRequest } from "../../data-models/chat.ts";
import { ProviderError } from "../../errors/model-errors.ts";
import type { FailedAttempt } from "../../errors/route-errors.ts";
import type { Skip } from "../plan/candidate.ts";
import { currentSkip, limitedRequest, startingSkip } from "../plan/current-skip.ts";
import type { RoutePlan, Turn } from "../plan/route-plan.ts";
import { Attempt, isContent } from "./attempt.ts";
import { type Clock, pause } from "./clock.ts";
import { healthAfter, nextStepAfter, TooLong, toProviderError } from "./failure-policy.ts";
import { CandidateQueue, type PendingCandidate, RetryState, Trial } from "./retries.ts";
import type { RouteTrace } from "./route-trace.ts";
import { CallRecord } from "./route-trace.ts";
import { AttemptShare } from "./time-limits.ts";
import {
  emptyAnswer,
  isEmptyAnswer,
  partialAnswer,
  partialAnswerAt,
  toWholeAnswer,
  type WholeAnswer,
} from "./whole-answer.ts";

/** For how long a caller waits; a RequestContext is one. */
export interface CallContext {
  readonly signal: AbortSignal;
  /** No attempt and no pause goes beyond it. */
  readonly deadline: Date;
}

/** How an answer is wanted that is shown to nobody before its end. */
export interface WholeOptions {
  /** Whether what there is of an answer shortly before the deadline is better than none. Default: false. */
  readonly takesPartial?: boolean;
}

/** What a call is made of. */
export interface RouteCallOptions {
  readonly plan: RoutePlan;
  readonly request: ChatRequest;
  readonly context: CallContext;
  readonly clock: Clock;
  readonly random: () => number;
  /** Aborts when nothing may be held open any more for a model to start. */
  readonly stopped: AbortSignal;
}

/**
 * One request on its way along a route. It is asked once, for a stream or for a
 * whole answer; `trace` tells at any time how far it is.
 */
export class RouteCall {
  readonly #options: RouteCallOptions;
  readonly #record: CallRecord;
  readonly #tooLong = new TooLong();
  readonly #candidateQueue: CandidateQueue;
  #isAsked = false;
  /** When an answer that is still being written is taken as it is; null where it is not. */
  #partialAt: number | null = null;

  constructor(options: RouteCallOptions) {
    this.#options = options;
    this.#record = new CallRecord(options.plan);
    this.#candidateQueue = new CandidateQueue(options.plan.turns);
  }

  get trace(): RouteTrace {
    return this.#record.trace;
  }

  /** What failed so far, also where somebody else answered then. Causes are for the log. */
  get failures(): readonly FailedAttempt[] {
    return this.#record.failures;
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
  async whole({ takesPartial = false }: WholeOptions = {}): Promise<WholeAnswer> {
    const { clock, context } = this.#options;
    if (takesPartial) this.#partialAt = partialAnswerAt(clock.now(), context.deadline.getTime());
    const events: ChatEvent[] = [];
    for await (const event of this.#run(true)) events.push(event);
    return toWholeAnswer(events);
  }

  async *#run(isWhole: boolean): AsyncGenerator<ChatEvent, void> {
    const { context } = this.#options;
    if (this.#isAsked) throw new Error("stream() and whole() are for one of them, once");
    this.#isAsked = true;
    context.signal.throwIfAborted();
    try {
      for (let next = await this.#next(); next; next = await this.#next()) {
        if (!(await this.#isPassedOver(next)) && (yield* this.#ask(next, isWhole))) return;
      }
      throw this.#record.noAnswer();
    } finally {
      for (const held of this.#candidateQueue.held)
        held.leave(context.signal, this.#options.stopped);
    }
  }

  #next(): Promise<PendingCandidate | null> {
    const { clock, context } = this.#options;
    return this.#candidateQueue.next(clock, context.signal);
  }

  async #isPassedOver({ turn, retryState, held }: PendingCandidate): Promise<boolean> {
    if (held) return false;
    await this.#learn(turn);
    const skip = this.#skipOf(turn);
    // What one that was asked before is passed over for now, its attempts tell better.
    if (skip && !retryState) this.#record.skipped(turn, skip);
    if (skip || retryState) return skip !== null;
    const wait = startingSkip(turn);
    if (!wait) return false;
    this.#record.skipped(turn, wait);
    this.#candidateQueue.postpone({ turn, retryState: this.#retryStateWith(turn), dueAt: 0 });
    return true;
  }

  /** Asks one candidate as often as it is worth it, or reads on what it was asked. Returns whether it answered. */
  async *#ask(
    { turn, retryState, held }: PendingCandidate,
    isWhole: boolean,
  ): AsyncGenerator<ChatEvent, boolean> {
    const { clock } = this.#options;
    const own = retryState ?? this.#retryStateWith(turn);
    for (let trial = held ?? this.#begin(turn, own); trial; trial = this.#begin(turn, own)) {
      const error = yield* this.#try(trial, isWhole);
      if (!error) return true;
      if (error === "held") {
        const dueAt = Number.POSITIVE_INFINITY;
        this.#candidateQueue.postpone({ turn, retryState: own, dueAt, held: trial });
        return false;
      }
      const step = nextStepAfter(error, turn.access.isCallersOwn ?? true);
      if (step === "stop") throw error;
      if (step === "larger") this.#tooLong.refusedBy(turn);
      const delayMs = own.delayBefore(step, error);
      if (delayMs === null) return false;
      const dueAt = clock.now() + delayMs;
      // While it loads, the others may answer.
      if (step === "load") {
        this.#candidateQueue.postpone({ turn, retryState: own, dueAt });
        return false;
      }
      await this.#pauseUntil(dueAt);
    }
    return false;
  }

  #retryStateWith({ health }: Turn): RetryState {
    const { plan, context, clock, random } = this.#options;
    const deadline = context.deadline.getTime();
    return new RetryState(plan.route, health, { clock, random, deadline });
  }

  /** Begins an attempt; null where none may begin now. */
  #begin(turn: Turn, retryState: RetryState): Trial | null {
    const { request, context, clock } = this.#options;
    const tell = turn.health.breaker.begin();
    if (!tell) return null;
    const share = this.#shareOf(turn, retryState);
    const { limits } = share;
    const attempt = new Attempt({
      turn,
      request: limitedRequest(request, turn),
      limits,
      deadline: context.deadline.getTime(),
      signal: context.signal,
      clock,
      ...(this.#partialAt !== null && { partialAt: this.#partialAt }),
    });
    return new Trial({ attempt, share, retryState, tell });
  }

  /** Reads one attempt. Returns its error, `held` where it waits for a model to start, or null when it answered. */
  async *#try(
    trial: Trial,
    isWhole: boolean,
  ): AsyncGenerator<ChatEvent, ProviderError | "held" | null> {
    const { signal } = this.#options.context;
    const { attempt, share, turn } = trial;
    const provider = turn.access.provider.name;
    const seen: ChatEvent[] = [];
    let isShown = false;
    let isHeld = false;
    try {
      for await (const event of trial.read()) {
        if (event.type === "starting") {
          isHeld = this.#hasOther();
          if (!isHeld) continue;
          this.#record.failed(attempt, trial.hold());
          return "held";
        }
        if (event.type === "finish") {
          const isEmpty = isWhole && isEmptyAnswer(seen, event.reason);
          if (isEmpty) throw emptyAnswer(provider, event.reason);
          trial.conclude("alive");
          this.#record.answered(attempt, event.reason);
          trial.measure();
          if (isWhole) yield* seen;
        }
        isShown ||= !isWhole && isContent(event);
        if (isWhole && event.type !== "finish") seen.push(event);
        else yield event;
      }
      return null;
    } catch (thrown) {
      if (trial.isConcluded || signal.aborted) throw thrown;
      const isPartial = this.#partialAt !== null && attempt.limit === "deadline";
      const partial = isPartial ? partialAnswer(seen) : null;
      if (partial) {
        trial.conclude("unknown");
        this.#record.answered(attempt, "deadline");
        yield* partial;
        return null;
      }
      const error = share.errorAfter(attempt.limit) ?? toProviderError(thrown, provider);
      if (error.reason === "unsupported" && attempt.firstTokenAt === null) {
        trial.withdraw();
        this.#record.refused(turn, error);
        return error;
      }
      trial.conclude(share.isTooShortToBlame(attempt.limit) ? "unknown" : healthAfter(error));
      const silenceMs = share.silenceMs(attempt.limit);
      if (silenceMs !== null) turn.health.speed.addSilence(silenceMs);
      this.#record.failed(attempt, error);
      if (isShown) throw brokenAnswer(error, turn);
      return error;
    } finally {
      if (!isHeld) await trial.end();
      if (!isHeld && !trial.isConcluded) {
        trial.conclude("unknown");
        this.#record.cancelled(attempt);
      }
    }
  }

  #shareOf(turn: Turn, { limits }: RetryState): AttemptShare {
    const { request, context, clock } = this.#options;
    const leftMs = context.deadline.getTime() - clock.now();
    const hasOther = () => this.#hasOther();
    return new AttemptShare({ turn, request, limits, leftMs, hasOther });
  }

  #hasOther(): boolean {
    return this.#candidateQueue.hasOther((other) => this.#skipOf(other) === null);
  }

  /** Lets the provider find out whether the request can be put to it, unless it is not asked anyway. */
  async #learn(turn: Turn): Promise<void> {
    const { request, context, clock } = this.#options;
    const { provider } = turn.access;
    if (!provider.learn || currentSkip(turn, request, clock.now())) return;
    const limited = limitedRequest(request, turn);
    await provider.learn(turn.model, limited, { signal: context.signal });
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
    const skip = this.#tooLong.skipOf(turn);
    if (skip) return skip;
    return currentSkip(turn, request, clock.now());
  }
}

function brokenAnswer(error: ProviderError, { access }: Turn): ProviderError {
  return new ProviderError(
    access.provider.name,
    "UNAVAILABLE",
    "its answer broke off after a part of it was passed on. Ask again for a whole one.",
    { reason: "broken-stream", retryable: true, cause: error },
  );
}
