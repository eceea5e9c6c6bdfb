import type { FinishReason } from "../../data-models/chat.ts";
import type { ProviderError } from "../../errors/model-errors.ts";
import {
  AllProvidersFailedError,
  type FailedAttempt,
  type UnaskedCandidate,
} from "../../errors/route-errors.ts";
import { withoutFullStop } from "../../text/full-stop.ts";
import type { Skip } from "../plan/candidate.ts";
import type { Named } from "../plan/gather-candidates.ts";
import type { RoutePlan, Turn } from "../plan/route-plan.ts";
import type { Attempt } from "./attempt.ts";
import type { RouteTrace } from "./route-trace.ts";
import { TraceRecorder } from "./trace-recorder.ts";

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
