import type { ExplainedCandidate } from "../../routing/plan/route-explanation.ts";

/** A price as people read it: US dollars per million tokens of question and answer. */
export function priceText(price: ExplainedCandidate["price"]): string {
  return price ? `${price.inputPerMillion}/${price.outputPerMillion}` : "?";
}
