import assert from "node:assert/strict";
import { Pace } from "./pace.ts";

const timeouts = { callMs: 30_000, answerMs: 30_000, quietMs: 3000, promptMs: 500, quickMs: 100 };

describe("Pace", () => {
  it("waits as it is told while nothing is known", () => {
    const pace = new Pace(timeouts);
    assert.deepEqual([pace.callMs, pace.answerMs(20), pace.quietMs(20)], [30_000, 30_000, 3000]);
  });

  it("waits for a slow container until all that is under way can be done, one by one", () => {
    const pace = new Pace(timeouts);
    pace.add(5000);
    pace.add(4000);
    assert.equal(pace.answerMs(12), 65_000);
    assert.equal(pace.quietMs(2), 15_000);
    assert.ok(pace.callMs > 60_000);
  });

  it("sees nothing in answers that come at once", () => {
    const pace = new Pace(timeouts);
    pace.add(20);
    assert.ok(pace.isQuick);
    pace.add(200);
    assert.ok(!pace.isQuick);
  });
});
