import assert from "node:assert/strict";
import { type OrderWish, orderCandidates, type Rank } from "./order-candidates.ts";

interface Named extends Rank {
  readonly name: string;
}

function candidate(
  name: string,
  price: number | null,
  expectedMs: number | null,
  providerName = "openai",
): Named {
  const perMillion = price === null ? null : price / 2;
  return {
    name,
    providerName,
    expectedMs,
    price:
      perMillion === null
        ? null
        : { inputPerMillion: perMillion, outputPerMillion: perMillion, speed: null },
  };
}

const cheap = candidate("cheap", 1, 9000);
const dear = candidate("dear", 20, 1000, "anthropic");
const unknown = candidate("unknown", null, null);
const free = candidate("free", 0, 5000, "ollama");

function order(wish: OrderWish, ...items: readonly Named[]): readonly string[] {
  return orderCandidates(items, wish).map(({ name }) => name);
}

describe("orderCandidates", () => {
  it("puts the cheapest first for low; what has no price comes last, and free is not unknown", () => {
    assert.deepEqual(order({ speedPriority: "low" }, unknown, dear, cheap, free), [
      "free",
      "cheap",
      "dear",
      "unknown",
    ]);
  });

  it("puts the fastest first for high; what nobody knows the speed of comes last", () => {
    assert.deepEqual(order({ speedPriority: "high" }, unknown, cheap, free, dear), [
      "dear",
      "free",
      "cheap",
      "unknown",
    ]);
  });

  it("puts the wanted provider's first, ordered among themselves", () => {
    const cheaper = candidate("cheaper", 0.5, 100);
    const wish = { provider: "anthropic", speedPriority: "low" } as const;
    const other = candidate("other", 5, 1000, "anthropic");
    assert.deepEqual(order(wish, cheaper, dear, other), ["other", "dear", "cheaper"]);
  });

  it("breaks ties of price by speed, of speed by price, and else by their order", () => {
    const slow = candidate("slow", 1, 9000);
    const fast = candidate("fast", 1, 10);
    const twin = candidate("twin", 1, 10);
    assert.deepEqual(order({ speedPriority: "low" }, slow, fast, twin), ["fast", "twin", "slow"]);
    assert.deepEqual(order({ speedPriority: "low" }, slow, twin, fast), ["twin", "fast", "slow"]);
    const dearer = candidate("dearer", 3, 10);
    assert.deepEqual(order({ speedPriority: "high" }, dearer, fast), ["fast", "dearer"]);
  });

  it("keeps the order as it is written without a wish", () => {
    assert.deepEqual(order({}, dear, unknown, free), ["dear", "unknown", "free"]);
  });

  it("leaves the list that it was given alone", () => {
    const items = Object.freeze([dear, free]);
    assert.deepEqual(order({ speedPriority: "low" }, ...items), ["free", "dear"]);
    assert.deepEqual(items, [dear, free]);
  });
});
