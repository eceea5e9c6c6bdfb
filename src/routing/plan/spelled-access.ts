import type { Prices } from "../prices/prices.ts";
import type { RouteAccess } from "./candidate.ts";

/**
 * The same way to models, with the vendor's spelling for models that the profile
 * passes on as they were asked for. What the profile spells itself stays as it is.
 */
export function spelledAccess(access: RouteAccess, prices: Prices): RouteAccess {
  const judge: RouteAccess["judge"] = (model) => {
    const verdict = access.judge(model);
    if (!verdict.isAllowed || verdict.isSpelled) return verdict;
    const spelling = prices.spellingOf(access.providerName, verdict.model);
    return { ...verdict, model: spelling ?? verdict.model };
  };
  const { profile, providerName, provider, isOpen, maxTokens } = access;
  return {
    profile,
    providerName,
    provider,
    isOpen,
    judge,
    ...(maxTokens !== undefined && { maxTokens }),
    // It may be costly to tell, and is asked only when a key was refused.
    get isCallersOwn() {
      return access.isCallersOwn ?? true;
    },
  };
}
