import assert from "node:assert/strict";
import { ManualClock } from "../../../test/fixtures/manual-clock.ts";
import { BreakerConfig } from "../plan/route-config.ts";
import { CircuitBreaker, type HealthVerdict } from "./circuit-breaker.ts";

describe("CircuitBreaker", () => {
  let clock: ManualClock;
  let random: number;
  let breaker: CircuitBreaker;

  beforeEach(() => {
    clock = new ManualClock();
    random = 0.5;
    const config = BreakerConfig.parse({ failures: 3, windowMs: 10_000, openMs: 1000 });
    breaker = new CircuitBreaker(config, clock, () => random);
  });

  function attempt(...verdicts: readonly HealthVerdict[]): void {
    for (const verdict of verdicts) {
      const tell = breaker.begin();
      assert.ok(tell);
      tell(verdict);
    }
  }

  it("opens when enough attempts failed, and lets nobody through", () => {
    attempt("failed", "failed");
    assert.equal(breaker.state, "closed");
    attempt("failed");
    assert.equal(breaker.state, "open");
    assert.equal(breaker.lets, false);
    assert.equal(breaker.begin(), null);
  });

  it("stays closed while more than half of the attempts succeed", () => {
    attempt("alive", "alive", "alive", "alive", "failed", "failed", "failed");
    assert.equal(breaker.state, "closed");
    attempt("failed");
    assert.equal(breaker.state, "open");
  });

  it("forgets what is older than its window", () => {
    attempt("failed", "failed");
    clock.pass(11_000);
    attempt("failed");
    assert.equal(breaker.state, "closed");
  });

  it("takes those who left for nothing", () => {
    attempt("unknown", "unknown", "unknown", "failed", "failed");
    assert.equal(breaker.state, "closed");
  });

  it("lets a single probe through, and closes when it succeeds", () => {
    attempt("failed", "failed", "failed");
    clock.pass(1000);
    assert.equal(breaker.state, "half-open");
    const tell = breaker.begin();
    assert.ok(tell);
    assert.equal(breaker.begin(), null);
    tell("alive");
    assert.equal(breaker.state, "closed");
    attempt("failed", "failed");
    assert.equal(breaker.state, "closed");
  });

  it("opens again when the probe fails", () => {
    attempt("failed", "failed", "failed");
    clock.pass(1000);
    attempt("failed");
    assert.equal(breaker.state, "open");
    assert.equal(breaker.openForMs, 1000);
  });

  it("gives the probe to the next one when its caller left", () => {
    attempt("failed", "failed", "failed");
    clock.pass(1000);
    attempt("unknown");
    assert.equal(breaker.state, "half-open");
    attempt("alive");
    assert.equal(breaker.state, "closed");
  });

  it("varies the open time by a fifth", () => {
    random = 0;
    attempt("failed", "failed", "failed");
    assert.equal(breaker.openForMs, 800);
    clock.pass(800);
    random = 1;
    attempt("failed");
    assert.equal(breaker.openForMs, 1200);
  });

  it("is not moved by attempts that began before it opened", () => {
    const [early, other] = [breaker.begin(), breaker.begin()];
    assert.ok(early && other);
    attempt("failed", "failed", "failed");
    early("alive");
    assert.equal(breaker.state, "open");
    clock.pass(600);
    other("failed");
    assert.equal(breaker.openForMs, 400);
  });
});
