import assert from "node:assert/strict";
import { RetryBudget } from "./retry-budget.ts";

describe("RetryBudget", () => {
  it("bounds retries to a part of the first attempts in the long run", () => {
    const budget = new RetryBudget(0.2);
    let retries = 0;
    for (let request = 0; request < 1000; request++) {
      budget.save();
      while (budget.spend()) retries += 1;
    }
    assert.ok(retries >= 200 && retries <= 210, `${retries} retries`);
  });

  it("saves no more than ten retries up", () => {
    const budget = new RetryBudget(1);
    for (let request = 0; request < 100; request++) budget.save();
    let retries = 0;
    while (budget.spend()) retries += 1;
    assert.equal(retries, 10);
  });

  it("allows none when it is 0", () => {
    const budget = new RetryBudget(0);
    budget.save();
    assert.equal(budget.spend(), false);
  });
});
