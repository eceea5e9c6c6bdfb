import type { Price } from "../prices/prices.ts";

/** What candidates are ordered by. */
export interface Rank {
  readonly providerName: string;
  readonly price: Price | null;
  /** Milliseconds that a usual answer takes; null if nobody knows. */
  readonly expectedMs: number | null;
}

/** What a route asks for. */
export interface OrderWish {
  readonly provider?: string | undefined;
  readonly speedPriority?: "low" | "high" | undefined;
}

/**
 * A new list: candidates of the provider that was asked for first, then the
 * cheapest (`low`) or fastest (`high`), ties by the other one, then as they
 * came. What is unknown sorts last.
 */
export function orderCandidates<Item extends Rank>(
  items: readonly Item[],
  { provider, speedPriority }: OrderWish,
): readonly Item[] {
  return items.toSorted(
    (one, other) => byProvider(one, other, provider) || bySpeedPriority(one, other, speedPriority),
  );
}

function byProvider(one: Rank, other: Rank, wanted: string | undefined): number {
  if (wanted === undefined) return 0;
  return Number(other.providerName === wanted) - Number(one.providerName === wanted);
}

function bySpeedPriority(one: Rank, other: Rank, priority: "low" | "high" | undefined): number {
  if (priority === undefined) return 0;
  const byPrice = smallerFirst(totalOf(one.price), totalOf(other.price));
  const bySpeed = smallerFirst(one.expectedMs, other.expectedMs);
  return priority === "low" ? byPrice || bySpeed : bySpeed || byPrice;
}

function totalOf(price: Price | null): number | null {
  return price && price.inputPerMillion + price.outputPerMillion;
}

function smallerFirst(one: number | null, other: number | null): number {
  if (one === other) return 0;
  if (one === null) return 1;
  return other === null ? -1 : one - other;
}
