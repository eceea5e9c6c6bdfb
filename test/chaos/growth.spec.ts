import assert from "node:assert/strict";
import { growthsIn } from "./growth.ts";
import type { ProcessSample } from "./process-sample.ts";

describe("the verdict of a soak", () => {
  /** Samples of ten minutes whose figures are as they should be, but for what is given. */
  function tooMuch(change: (minutes: number) => Partial<ProcessSample>): readonly string[] {
    const samples = Array.from({ length: 101 }, (_, index) => {
      const minutes = index / 10;
      const usual = { residentMB: 90 + (index % 7), heapMB: 30, descriptors: 25, handles: 9 };
      return { minutes, ...usual, ...change(minutes) };
    });
    return growthsIn(samples).flatMap(({ figure, isTooMuch }) => (isTooMuch ? [figure] : []));
  }

  it("is good when figures only go up and down", () => {
    assert.deepEqual(
      tooMuch(() => ({})),
      [],
    );
  });

  it("does not look at the first half, in which caches fill up", () => {
    assert.deepEqual(
      tooMuch((minutes) => ({ residentMB: 60 + 8 * Math.min(minutes, 5) })),
      [],
    );
  });

  it("finds memory that grows to the end", () => {
    assert.deepEqual(
      tooMuch((minutes) => ({ residentMB: 60 + 1.5 * minutes })),
      ["residentMB"],
    );
  });

  it("finds handles that are not closed", () => {
    const growing = (minutes: number) => Math.floor(20 + minutes);
    assert.deepEqual(
      tooMuch((minutes) => ({ handles: growing(minutes) })),
      ["handles"],
    );
    assert.deepEqual(
      tooMuch((minutes) => ({ descriptors: growing(minutes) })),
      ["descriptors"],
    );
  });

  it("does not take a figure that is missing for a flat one", () => {
    assert.deepEqual(
      tooMuch(() => ({ handles: Number.NaN })),
      ["handles"],
    );
  });
});
