import type { FinishReason } from "../../data-models/chat.ts";
import { isSameModel } from "../../data-models/model-name.ts";
import type { ErrorCode } from "../../errors/arena-error.ts";
import type { ProviderError, ProviderErrorReason } from "../../errors/model-errors.ts";
import {
  AllProvidersFailedError,
  type FailedAttempt,
  type UnaskedCandidate,
} from "../../errors/route-errors.ts";
import { withoutFullStop } from "../../text/full-stop.ts";
import type { Skip } from "../plan/candidate.ts";
import type { Excluded, Named, RoutePlan, Turn } from "../plan/route-plan.ts";
import { costOf } from "../prices/prices.ts";
import type { Attempt } from "./attempt.ts";
import { isFree } from "./failure-policy.ts";
import type { LimitName } from "./time-limits.ts";

/** Writes down how an answer comes about, while it does. */
class TraceRecorder {
  readonly #plan: RoutePlan;
  readonly #skips = new Map<Turn, Skip>();
  /** In their order; one that was held open has its last outcome in its first place. */
  readonly #attempts = new Map<Attempt, TracedAttempt>();
  #chosen: Turn | null = null;

  constructor(plan: RoutePlan) {
    this.#plan = plan;
  }

  /** Candidates whose turn came and who were not asked. */
  get skips(): ReadonlyMap<Turn, Skip> {
    return this.#skips;
  }

  /** How things stand now; whole once the answer is there, or an error. */
  get trace(): RouteTrace {
    const { route, turns, excluded } = this.#plan;
    const asked = turns.map((turn) => traced(turn, this.#skips.get(turn)));
    const left = excluded.map((each) => traced(each, each.skip));
    const attempts = [...this.#attempts.values()];
    const costs = attempts.map(({ cost }) => cost);
    return {
      route: route.name,
      candidates: [...asked, ...left],
      attempts,
      chosen: this.#chosen && withoutSkip(this.#chosen),
      cost: costs.includes(null) ? null : costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0),
    };
  }

  skipped(turn: Turn, skip: Skip): void {
    this.#skips.set(turn, skip);
  }

  answered(attempt: Attempt, finishReason: FinishReason): void {
    this.#chosen = attempt.turn;
    this.#record(attempt, { ...unfailed, outcome: "answered", finishReason });
  }

  failed(attempt: Attempt, error: ProviderError): void {
    const { code, reason } = error;
    this.#record(attempt, {
      outcome: "failed",
      code,
      reason,
      finishReason: null,
      // Else the vendor alone knows, unless it told the tokens.
      ...(isFree(error) && { cost: 0 }),
    });
  }

  cancelled(attempt: Attempt): void {
    this.#record(attempt, { ...unfailed, outcome: "cancelled" });
  }

  #record(attempt: Attempt, outcome: Outcome): void {
    // Who was passed over at first has been asked after all.
    this.#skips.delete(attempt.turn);
    this.#attempts.set(attempt, { ...measured(attempt), ...outcome });
  }
}

type Outcome = Pick<TracedAttempt, "outcome" | "code" | "reason" | "finishReason"> &
  Partial<Pick<TracedAttempt, "cost">>;

const unfailed = { code: null, reason: null, finishReason: null } as const;

function measured(attempt: Attempt) {
  const { turn, servedModel, beganAt, endedAt, firstTokenAt, limit, usage } = attempt;
  const { inputTokens = null, outputTokens = null } = usage ?? {};
  return {
    profile: turn.access.profile,
    provider: turn.access.providerName,
    model: turn.model,
    servedModel: servedModel === null || isSameModel(servedModel, turn.model) ? null : servedModel,
    beganAt,
    durationMs: endedAt - beganAt,
    firstTokenMs: firstTokenAt === null ? null : firstTokenAt - beganAt,
    limit,
    inputTokens,
    outputTokens,
    cost: costOf(turn.price, { inputTokens, outputTokens }),
  };
}

function traced(named: Turn | Excluded, skip: Skip | undefined): TracedCandidate {
  return { ...withoutSkip(named), skipped: skip?.why ?? null };
}

function withoutSkip({ access, model, isFallback }: Turn | Excluded) {
  return { profile: access.profile, provider: access.providerName, model, isFallback };
}

/** What came of a call so far: its trace, its failures, and its error when nobody answers. */
export class CallRecord {
  readonly #plan: RoutePlan;
  readonly #recorder: TraceRecorder;
  readonly #failures: FailedAttempt[] = [];
  /** What providers said who cannot honour the request. */
  readonly #refusals: ProviderError[] = [];

  constructor(plan: RoutePlan) {
    this.#plan = plan;
    this.#recorder = new TraceRecorder(plan);
  }

  get trace(): RouteTrace {
    return this.#recorder.trace;
  }

  get failures(): readonly FailedAttempt[] {
    return this.#failures;
  }

  skipped(turn: Turn, skip: Skip): void {
    this.#recorder.skipped(turn, skip);
  }

  /** A provider refused what it cannot honour: that is no attempt. */
  refused(turn: Turn, error: ProviderError): void {
    this.#refusals.push(error);
    this.#recorder.skipped(turn, toSkip(error, turn.access.provider.name));
  }

  answered(attempt: Attempt, reason: FinishReason): void {
    this.#recorder.answered(attempt, reason);
  }

  failed(attempt: Attempt, error: ProviderError): void {
    const { access, model } = attempt.turn;
    this.#recorder.failed(attempt, error);
    this.#failures.push({ profile: access.profile, model, error });
  }

  cancelled(attempt: Attempt): void {
    this.#recorder.cancelled(attempt);
  }

  /** What the caller gets when nobody answered: a sole candidate's refusal in its own words. */
  noAnswer(): Error {
    const { route, turns, excluded } = this.#plan;
    const [refusal] = this.#refusals;
    if (refusal && turns.length === 1 && this.#failures.length === 0) return refusal;
    const unasked = [
      ...[...this.#recorder.skips].map(([turn, skip]) => toUnasked(turn, skip)),
      ...excluded.map((each) => toUnasked(each, each.skip)),
    ];
    return new AllProvidersFailedError(route.name, this.#failures, unasked);
  }
}

function toUnasked({ access, model }: Named, skip: Skip): UnaskedCandidate {
  return { profile: access.profile, model, ...skip };
}

/** A refusal, as the reason why a candidate was not asked. */
function toSkip({ message, participantText }: ProviderError, provider: string): Skip {
  const prefix = `${provider}: `;
  const words = message.startsWith(prefix) ? message.slice(prefix.length) : message;
  return { why: withoutFullStop(words), code: "INVALID_ARGUMENT", participantText };
}

/** A candidate as people read it. */
export interface TracedCandidate {
  readonly profile: string;
  readonly provider: string | null;
  readonly model: string;
  readonly isFallback: boolean;
  /** Why it was not asked, or why it refused before anybody worked on it; null if it was asked, or if its turn never came. */
  readonly skipped: string | null;
}

/** One attempt: who, when, how long, and what came of it. */
interface TracedAttempt {
  readonly profile: string;
  readonly provider: string;
  readonly model: string;
  /** Who answered by the server's own word, where it is another name than was asked for; else null. */
  readonly servedModel: string | null;
  /** Milliseconds since 1970. */
  readonly beganAt: number;
  readonly durationMs: number;
  /** Until the first content; null if none came. */
  readonly firstTokenMs: number | null;
  readonly outcome: "answered" | "failed" | "cancelled";
  readonly code: ErrorCode | null;
  readonly reason: ProviderErrorReason | null;
  /** Why the answer ended: one that a filter, the token limit or the deadline cut is not the whole; null without an answer. */
  readonly finishReason: FinishReason | null;
  /** The limit that ended it. */
  readonly limit: LimitName | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  /** US dollars; null when it is not known what the vendor charges. */
  readonly cost: number | null;
}

/** How an answer, or none, came about. No keys in it, and no words of participants. */
export interface RouteTrace {
  readonly route: string;
  readonly candidates: readonly TracedCandidate[];
  readonly attempts: readonly TracedAttempt[];
  /** Who answered; null as long as nobody did. */
  readonly chosen: Omit<TracedCandidate, "skipped"> | null;
  /** Of all attempts together, in US dollars; null as soon as one is not known. */
  readonly cost: number | null;
}
