import assert from "node:assert/strict";
import { fakeTime } from "../../../test/fixtures/fake-time.ts";
import { Upkeep } from "./upkeep.ts";

describe("Upkeep", () => {
  let rounds: number;
  let isMoreLeft: boolean;
  let upkeep: Upkeep;
  // Before time goes on again.
  afterEach(() => upkeep.stop());
  const time = fakeTime();

  beforeEach(() => {
    rounds = 0;
    isMoreLeft = false;
    upkeep = new Upkeep({
      intervalMs: 1000,
      work: async () => {
        rounds++;
        return isMoreLeft;
      },
    });
  });

  it("begins at once, and comes again after its interval", async () => {
    upkeep.start();
    await time.settle();
    assert.equal(rounds, 1);
    await time.pass(999);
    assert.equal(rounds, 1);
    await time.pass(1);
    assert.equal(rounds, 2);
  });

  it("goes on soon, but not at once, while more is left", async () => {
    isMoreLeft = true;
    upkeep.start();
    await time.settle();
    assert.equal(rounds, 1);
    await time.pass(20);
    await time.pass(20);
    assert.equal(rounds, 3);
  });

  it("comes again at once when it is told to, and then after its interval", async () => {
    upkeep.start();
    await time.settle();
    upkeep.now();
    await time.settle();
    assert.equal(rounds, 2);
    await time.pass(999);
    assert.equal(rounds, 2);
    await time.pass(1);
    assert.equal(rounds, 3);
  });

  it("ends in the middle of its rest, and does nothing more", async () => {
    upkeep.start();
    await time.settle();
    await upkeep.stop();
    await time.pass(10_000);
    assert.equal(rounds, 1);
  });

  it("tells the work under way to end, and waits until it has", async () => {
    let order = "";
    const slow = new Upkeep({
      intervalMs: 1000,
      work: (signal) =>
        new Promise((resolve) => {
          signal.addEventListener("abort", () => {
            order += "told ";
            setImmediate(() => {
              order += "ended ";
              resolve(true);
            });
          });
        }),
    });
    slow.start();
    await slow.stop();
    order += "stopped";
    assert.equal(order, "told ended stopped");
  });

  it("can be stopped without a start, and twice", async () => {
    await upkeep.stop();
    await upkeep.stop();
    assert.equal(rounds, 0);
  });
});
