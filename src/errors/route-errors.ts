import { asSentence, withoutFullStop } from "../text/full-stop.ts";
import { nearestName } from "../text/nearest-name.ts";
import { shownText } from "../text/shown-text.ts";
import { ArenaError, type ErrorCode } from "./arena-error.ts";
import type { ProviderError } from "./model-errors.ts";

/** One attempt that failed: who was asked, and what came of it. Free of keys and content. */
export interface FailedAttempt {
  readonly profile: string;
  readonly model: string;
  readonly error: ProviderError;
}

/** A candidate that was not asked: why, and what that would be as an error. */
export interface UnaskedCandidate {
  readonly profile: string;
  readonly model: string;
  readonly why: string;
  /** `UNAVAILABLE` and `DEADLINE_EXCEEDED` pass with time. */
  readonly code: ErrorCode;
  /** What a participant may read of it, where that is more than the code says. */
  readonly participantText?: string;
}

/**
 * Nobody on the route gave an answer. It keeps every attempt in order, and who
 * was not asked and why; no attempts at all when nobody could be asked.
 */
export class AllProvidersFailedError extends ArenaError {
  override readonly name = "AllProvidersFailedError";
  readonly attempts: readonly FailedAttempt[];
  readonly unasked: readonly UnaskedCandidate[];

  constructor(
    route: string,
    attempts: readonly FailedAttempt[],
    unasked: readonly UnaskedCandidate[],
  ) {
    const errors = attempts.map(({ error }) => error);
    const participantText = errors.length > 0 ? sharedText(errors) : textOf(unasked);
    const codes = errors.map((error) => error.code);
    super(
      codes.length > 0 ? sharedCode(codes) : codeOf(unasked),
      describe(route, attempts, unasked),
      {
        retryable:
          errors.some(({ retryable }) => retryable) ||
          unasked.some(({ code }) => passing.includes(code)),
        ...(participantText !== null && { participantText }),
        ...(errors.length > 0 && { cause: new AggregateError(errors, "all attempts failed") }),
      },
    );
    this.attempts = attempts;
    this.unasked = unasked;
  }
}

/** What passes with time. */
const passing: readonly ErrorCode[] = ["DEADLINE_EXCEEDED", "UNAVAILABLE"];
/** What is about this request, or this moment; the rest is about the configuration. */
const ofTheMoment: readonly ErrorCode[] = [...passing, "INVALID_ARGUMENT"];
/** Of several reasons why nobody was asked, the one by which somebody most nearly was. */
const nearest: readonly ErrorCode[] = [...ofTheMoment, "PERMISSION_DENIED", "FAILED_PRECONDITION"];

/** What all attempts agree on; when they do not, the service as a whole is away. */
function sharedCode([first = "UNAVAILABLE", ...others]: readonly ErrorCode[]): ErrorCode {
  return others.every((code) => code === first) ? first : "UNAVAILABLE";
}

function codeOf(unasked: readonly UnaskedCandidate[]): ErrorCode {
  return nearest.find((code) => unasked.some((each) => each.code === code)) ?? "NOT_FOUND";
}

/** Null where the sentence that fits the code is right. */
function textOf(unasked: readonly UnaskedCandidate[]): string | null {
  const [first] = unasked;
  const text = first?.participantText;
  if (text !== undefined && unasked.every((each) => each.participantText === text)) return text;
  const isOfTheMoment = unasked.some(({ code }) => ofTheMoment.includes(code));
  return isOfTheMoment ? null : "This AI is not set up. Please tell the organisers.";
}

function sharedText([first, ...others]: readonly ProviderError[]): string | null {
  if (!first) return null;
  const { participantText } = first;
  return others.every((error) => error.participantText === participantText)
    ? participantText
    : null;
}

function describe(
  route: string,
  attempts: readonly FailedAttempt[],
  unasked: readonly UnaskedCandidate[],
): string {
  const failed = Map.groupBy(
    attempts,
    ({ profile, model, error }) => `${profile}/${model}: ${withoutFullStop(error.message)}`,
  );
  const parts = [...failed].map(([text, { length }]) =>
    length > 1 ? `${text} (${length} times)` : text,
  );
  const rest = unasked.map(
    ({ profile, model, why }) => `${profile}/${model}: not asked, ${withoutFullStop(why)}`,
  );
  const all = [...parts, ...rest].join("; ") || "it has no candidates for this caller";
  return `Route ${JSON.stringify(route)} gave no answer. ${asSentence(all)} "arena route explain ${route}" shows its plan.`;
}

/** A request or a setting names a route that arena.yaml does not have. */
export class RouteNotFoundError extends ArenaError {
  override readonly name = "RouteNotFoundError";

  constructor(route: string, known: readonly string[]) {
    const nearest = nearestName(route, known);
    const guess = nearest === undefined ? "" : ` Did you mean ${nearest}?`;
    const list = known.length > 0 ? `there is ${known.join(", ")}.` : "there are none.";
    super(
      "NOT_FOUND",
      `No route is called ${shownText(route)}; ${list}${guess} Routes stand in arena.yaml under routes.`,
    );
  }
}

/** A profile has the model, but this user or workspace may not use it. Nobody was called. */
export class ModelNotAllowedError extends ArenaError {
  override readonly name = "ModelNotAllowedError";

  /** @param who the user and workspace, for people; @param allowed what would work, for people */
  constructor(model: string, who: string, allowed: string) {
    super(
      "PERMISSION_DENIED",
      `The model ${JSON.stringify(model)} is not allowed ${who}. ${allowed}`,
      { participantText: "This AI may not be used here. Please tell the organisers." },
    );
  }
}

/** No profile at all has the model. Nobody was called. */
export class UnknownModelError extends ArenaError {
  override readonly name = "UnknownModelError";

  /** @param allowed what would work, for people */
  constructor(model: string, allowed: string) {
    super("NOT_FOUND", `No profile has the model ${JSON.stringify(model)}. ${allowed}`, {
      participantText: "This AI is not set up. Please tell the organisers.",
    });
  }
}

/** A workspace was named that the configuration does not have. */
export class UnknownWorkspaceError extends ArenaError {
  override readonly name = "UnknownWorkspaceError";

  constructor(workspace: string, known: readonly string[]) {
    const nearest = nearestName(workspace, known);
    const hint = nearest === undefined ? "" : ` Did you mean ${JSON.stringify(nearest)}?`;
    super(
      "NOT_FOUND",
      `There is no workspace ${shownText(workspace)}.${hint} Workspaces stand in the configuration file, under workspaces.`,
      { participantText: "This AI is not set up. Please tell the organisers." },
    );
  }
}

/** Why there is no key. */
export type SecretErrorReason =
  /** The reference itself cannot be used. */
  | "invalid"
  /** Its place was looked at, and it is not there. */
  | "missing"
  /** What stands there is no key. */
  | "unusable"
  /** The vault does not let us look. */
  | "denied"
  /** The vault cannot be reached, is overloaded or fails at the moment. */
  | "away";

/**
 * A reference to a key could not be resolved. Its message holds neither the
 * key nor what the vault said, which may quote a token.
 */
export class SecretError extends ArenaError {
  override readonly name = "SecretError";
  readonly reason: SecretErrorReason;

  /** @param place the reference, or the setting that holds it
   *  @param problem what was expected, what came and what to do */
  constructor(place: string, reason: SecretErrorReason, problem: string) {
    const isAway = reason === "away";
    super(isAway ? "UNAVAILABLE" : "FAILED_PRECONDITION", `${place}: ${problem}`, {
      retryable: isAway,
    });
    this.reason = reason;
  }
}
