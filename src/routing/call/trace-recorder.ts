import type { FinishReason } from "../../data-models/chat.ts";
import { isSameModel } from "../../data-models/model-name.ts";
import type { ProviderError } from "../../errors/model-errors.ts";
import type { Skip } from "../plan/candidate.ts";
import type { Excluded, RoutePlan, Turn } from "../plan/route-plan.ts";
import { costOf } from "../prices/prices.ts";
import type { Attempt } from "./attempt.ts";
import { isFree } from "./failure-policy.ts";
import type { RouteTrace, TracedAttempt, TracedCandidate } from "./route-trace.ts";

/** Writes down how an answer comes about, while it does. */
export class TraceRecorder {
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
