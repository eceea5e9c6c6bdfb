import assert from "node:assert/strict";
import type { ReplayAnswer } from "./comparison.ts";
import { compareAnswers } from "./comparison.ts";
import { Summary } from "./summary.ts";

describe("the summary of a replay", () => {
  it("has the median and the 95th percentile of the times that are known, by nearest rank", () => {
    const summary = new Summary();
    for (let count = 1; count <= 20; count++) {
      summary.add(result({ modelMs: count === 20 ? null : count * 10 }, { modelMs: count }));
    }
    const [, , , , median, last] = summary.lines(20);
    assert.match(median ?? "", /^median time +100 ms +10 ms$/);
    assert.match(last ?? "", /^p95 time +190 ms +19 ms$/);
  });

  it("counts every kind of comparison, and errors on both sides", () => {
    const error = { code: "INTERNAL", message: "no" };
    const summary = new Summary();
    summary.add(result({}, {}));
    summary.add(result({}, { text: "other" }));
    summary.add(result({}, { image: "aGk=" }));
    summary.add(result({}, { error }));
    summary.add(result({ error }, { error }));
    summary.add(result({ error }, {}));
    summary.add(result(null, {}));
    assert.equal(summary.failures, 2);
    const [heading, , answered, errors] = summary.lines(9);
    assert.equal(
      heading,
      "7 of 9 replayed: 1 same answer, 2 different, 1 without a recorded answer, 1 repaired, 1 failed now, 1 still failed",
    );
    assert.match(answered ?? "", /^answered +4 +5$/);
    assert.match(errors ?? "", /^errors +2 +2$/);
  });

  it("has no times where nothing was replayed", () => {
    const lines = new Summary().lines(3);
    assert.equal(lines[0], "0 of 3 replayed: nothing");
    assert.match(lines[4] ?? "", /^median time +– +–$/);
  });
});

function result(recorded: Partial<ReplayAnswer> | null, replayed: Partial<ReplayAnswer>) {
  const answer: ReplayAnswer = { text: "Hi", image: null, error: null, modelMs: 1 };
  const before = recorded && { ...answer, ...recorded };
  const now = { ...answer, ...replayed };
  return {
    recording: {
      line: 1,
      sessionID: "s",
      messageID: "m",
      input: { messages: [] },
      recorded: before,
    },
    replayed: now,
    comparison: compareAnswers(before, now),
  };
}
