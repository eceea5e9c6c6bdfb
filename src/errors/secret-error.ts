import { ArenaError } from "./arena-error.ts";

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
