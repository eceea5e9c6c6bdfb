import assert from "node:assert/strict";
import fc from "fast-check";
import { Fifo } from "./fifo.ts";

describe("Fifo", () => {
  it("behaves as an array does with push and shift, however long it grows", () => {
    const steps = fc.array(fc.oneof(fc.nat(3000), fc.constant<"shift">("shift")), {
      maxLength: 50,
    });
    fc.assert(
      fc.property(steps, (some) => {
        const fifo = new Fifo<number>();
        const array: number[] = [];
        for (const step of some) {
          if (step === "shift") {
            for (let count = 0; count < 1500; count++) assert.equal(fifo.shift(), array.shift());
          } else {
            for (let item = 0; item < step; item++) {
              fifo.push(item);
              array.push(item);
            }
          }
          assert.equal(fifo.length, array.length);
          assert.equal(fifo.peek(), array[0]);
        }
      }),
      { numRuns: 30 },
    );
  });
});
