import assert from "node:assert/strict";
import { durationPattern, toMilliseconds } from "./duration.ts";

describe("toMilliseconds", () => {
  it("reads seconds, minutes, hours, days, and nothing at all", () => {
    const durations = ["90s", "30m", "12h", "7d", "0"];
    assert.deepEqual(
      durations.map(toMilliseconds),
      [90_000, 1_800_000, 43_200_000, 604_800_000, 0],
    );
    for (const duration of durations) assert.match(duration, durationPattern);
  });

  it("knows no number without a unit, no fraction and no other unit", () => {
    for (const text of ["7", "1.5d", "d", "-1d", "7w", "7 d", ""]) {
      assert.doesNotMatch(text, durationPattern);
    }
  });
});
