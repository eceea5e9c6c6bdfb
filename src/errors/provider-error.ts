import { ArenaError, type ArenaErrorOptions, type ErrorCode } from "./arena-error.ts";

/**
 * A model's provider refused, failed or could not be reached. `code` and
 * `retryable` are decided once, where the vendor's error enters.
 */
export class ProviderError extends ArenaError {
  override readonly name = "ProviderError";

  /** @param provider the provider's name, as people know it
   *  @param problem what it said, free of keys and content */
  constructor(provider: string, code: ErrorCode, problem: string, options: ArenaErrorOptions = {}) {
    super(code, `${provider}: ${problem}`, options);
  }
}
