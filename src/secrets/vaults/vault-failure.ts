import type { SecretErrorReason } from "../../errors/route-errors.ts";

/**
 * Why a vault's document, or a key within it, cannot be had. `problem` has no
 * place yet and quotes nobody: what vaults and SDKs say may hold tokens.
 */
export class VaultFailure extends Error {
  override readonly name = "VaultFailure";
  readonly reason: SecretErrorReason;
  readonly problem: string;

  constructor(reason: SecretErrorReason, problem: string) {
    super(problem);
    this.reason = reason;
    this.problem = problem;
  }
}

/** Codes and names of errors are words of their makers; anything else may quote. */
const wordPattern = /^[A-Za-z][\w.-]{1,60}$/;

/** Makes whatever a resolver threw a failure: what it does not know is a vault that is away. */
export function toVaultFailure(thrown: unknown): VaultFailure {
  if (thrown instanceof VaultFailure) return thrown;
  return new VaultFailure("away", `the vault cannot be asked (${nameOf(thrown)})`);
}

/** The word that says best what went wrong, such as `ECONNREFUSED`. */
export function nameOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return "unknown";
  for (const word of [codeOf(thrown), codeOf(thrown.cause), thrown.name]) {
    if (typeof word === "string" && wordPattern.test(word)) return word;
  }
  return "unknown";
}

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
}
