import assert from "node:assert/strict";
import { mock } from "node:test";
import { deferred } from "../../../test/fixtures/deferred.ts";
import { fakeTime } from "../../../test/fixtures/fake-time.ts";
import { Deadlines } from "./deadlines.ts";

describe("Deadlines", () => {
  const start = 1_000_000;
  let deadlines: Deadlines;
  let isPassed: boolean;
  let giveUp: AbortController;
  // Before time goes on again.
  afterEach(() => giveUp.abort());
  const time = fakeTime();

  async function wait(): Promise<void> {
    isPassed = false;
    void deadlines.passed(giveUp.signal).then(() => {
      isPassed = true;
    });
    await time.settle();
  }

  /** It passes so much later, and not a moment earlier. */
  async function passesIn(milliseconds: number, stepMs?: number): Promise<void> {
    await time.pass(milliseconds - 1, stepMs);
    assert.equal(isPassed, false);
    await time.pass(1);
    assert.equal(isPassed, true);
  }

  beforeEach(() => {
    deadlines = new Deadlines();
    giveUp = new AbortController();
  });

  it("waits for the earliest, whatever the order in which they come", async () => {
    for (const later of [300, 100, 200]) deadlines.add(start + later);
    await wait();
    await passesIn(100);
  });

  it("hears of an earlier one while it waits", async () => {
    deadlines.add(start + 1000);
    await wait();
    deadlines.add(start + 10);
    await time.settle();
    await passesIn(10);
  });

  it("does not wait for one that has passed", async () => {
    deadlines.add(start);
    await wait();
    assert.equal(isPassed, true);
  });

  it("waits for the next one once it is told which that is", async () => {
    deadlines.add(start + 10);
    await wait();
    await deadlines.learn(async () => start + 50);
    await time.settle();
    await passesIn(50);
  });

  it("does not forget what comes while it looks for the others", async () => {
    const look = deferred<number | null>();
    const learned = deadlines.learn(() => look.promise);
    for (const later of [300, 100, 200]) deadlines.add(start + later);
    look.resolve(start + 1000);
    await learned;
    await wait();
    await passesIn(100);
  });

  it("believes the look that began last, whichever ends last", async () => {
    const early = deferred<number | null>();
    const learned = deadlines.learn(() => early.promise);
    deadlines.add(start + 10);
    await deadlines.learn(async () => start + 10);
    early.resolve(null);
    await learned;
    await wait();
    await passesIn(10);
  });

  it("keeps what it knows when a look fails", async () => {
    deadlines.add(start + 10);
    await deadlines.learn(async () => undefined);
    await wait();
    await passesIn(10);
  });

  it("waits for ever where there is none", async () => {
    deadlines.add(start + 10);
    await wait();
    await deadlines.learn(async () => null);
    await time.settle();
    await time.pass(1_000_000, 1_000_000);
    assert.equal(isPassed, false);
  });

  it("ends its waiting when the signal aborts", async () => {
    await wait();
    giveUp.abort();
    await time.settle();
    assert.equal(isPassed, true);
  });

  it("bears a deadline that is further away than a timer can wait", async () => {
    const month = 30 * 86_400_000;
    const timers = mock.method(globalThis, "setTimeout");
    deadlines.add(start + month);
    await wait();
    timers.mock.restore();
    // A longer one would end at once.
    assert.deepEqual(
      timers.mock.calls.map(({ arguments: [, waitMs] }) => waitMs),
      [2 ** 31 - 1],
    );
    await passesIn(month, month);
  });
});
