import type { ErrorCode } from "../../errors/arena-error.ts";
import type { Provider } from "../../providers/provider.ts";

/** Who asks, as far as it decides which profiles are in scope. */
export interface RouteScope {
  readonly user: string | null;
  readonly workspace: string | null;
}

/** Whether a model may be used; `model` is its name as the provider spells it, as far as the profile knows. */
export type ModelJudgement =
  | {
      readonly isAllowed: true;
      readonly model: string;
      /** Whether the profile spells it itself, and does not pass on what it was asked for. Default: false. */
      readonly isSpelled?: boolean;
    }
  | { readonly isAllowed: false; readonly reason: string };

/** A profile in scope: a way to models. */
export interface RouteAccess {
  readonly profile: string;
  /** The provider's name in profiles and prices, such as `openai`. */
  readonly providerName: string;
  readonly provider: Provider;
  /** Whether the caller may use this model here, in any spelling of its name. */
  judge(model: string): ModelJudgement;
  /** Whether the profile allows models that it does not list. */
  readonly isOpen: boolean;
  /** The longest answer, in tokens, that the profile allows. */
  readonly maxTokens?: number;
  /**
   * Whether the key is the caller's own: a vendor that refuses it is the
   * caller's matter then, and nobody else is asked instead. Default: true.
   */
  readonly isCallersOwn?: boolean;
}

/** One profile's model that may answer. */
export interface Candidate {
  readonly access: RouteAccess;
  /** As the vendor spells it. */
  readonly model: string;
}

/** Why a candidate is not asked. */
export interface Skip {
  readonly why: string;
  /** What it would be as an error: `UNAVAILABLE` may pass with time, the others do not. */
  readonly code: ErrorCode;
  /** What a participant may read of it, where that is more than the code says. */
  readonly participantText?: string;
}
