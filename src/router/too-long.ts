import { participantTexts } from "../providers/check-capabilities.ts";
import type { Skip } from "./candidate.ts";
import type { Turn } from "./route-plan.ts";

/** Who refused a request as too long, and who may take it yet. */
export class TooLong {
  readonly #tooSmall: Turn[] = [];

  refusedBy(turn: Turn): void {
    this.#tooSmall.push(turn);
  }

  /** Why a candidate need not be asked; null if it may take more than all who refused. */
  skipOf(turn: Turn): Skip | null {
    const small = this.#tooSmall.find((other) => !isLarger(turn, other));
    if (!small) return null;
    const why = `the request was too long for ${small.model}, and this one is not known to take more`;
    return { why, code: "INVALID_ARGUMENT", participantText: participantTexts.length };
  }
}

/** Whether a request that was too long for `other` may fit here; where no window is known, another model may. */
function isLarger(turn: Turn, other: Turn): boolean {
  const [own, others] = [turn, other].map(
    ({ access, model }) => access.provider.capabilities(model).contextTokens,
  );
  if (typeof others !== "number") return turn.model !== other.model;
  return typeof own === "number" && own > others;
}
