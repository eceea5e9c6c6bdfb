import assert from "node:assert/strict";
import { ManualClock } from "../../../test/fixtures/manual-clock.ts";
import { RouteConfig } from "../plan/route-config.ts";
import { HealthBook, RetryBudget } from "./candidate-health.ts";

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

const route = RouteConfig.parse({ name: "r", model: "m" });

describe("HealthBook", () => {
  let book: HealthBook;

  beforeEach(() => {
    book = new HealthBook(new ManualClock(), () => 0.5);
  });

  it("remembers a profile's model, in any spelling", () => {
    assert.equal(book.of(route, "main", "gpt-4o"), book.of(route, "main", "GPT_4o"));
    assert.notEqual(book.of(route, "main", "gpt-4o"), book.of(route, "other", "gpt-4o"));
    assert.notEqual(book.of(route, "main", "gpt-4o"), book.of(route, "main", "gpt-4o-mini"));
  });

  it("is shared by routes of equal retry settings, and by no others", () => {
    const twin = RouteConfig.parse({ name: "twin", model: "other" });
    const patient = RouteConfig.parse({ name: "p", model: "m", breaker: { failures: 50 } });
    assert.equal(book.of(route, "main", "m"), book.of(twin, "main", "m"));
    assert.notEqual(book.of(route, "main", "m"), book.of(patient, "main", "m"));
  });

  it("forgets the oldest beyond a thousand, since callers may name any model", () => {
    const first = book.of(route, "main", "model-0");
    for (let model = 1; model < 1000; model++) book.of(route, "main", `model-${model}`);
    assert.equal(book.of(route, "main", "model-0"), first);
    book.of(route, "main", "model-1000");
    assert.notEqual(book.of(route, "main", "model-0"), first);
  });
});
