import assert from "node:assert/strict";
import { fakeTime } from "../../../test/fixtures/fake-time.ts";
import { RecordingLogger } from "../../../test/fixtures/recording-logger.ts";
import { ConfigurationError } from "../../errors/arena-error.ts";
import { ifReachable, StoreAccess, StoreAwayError } from "./store-access.ts";
import { NotDoneError } from "./store-errors.ts";

describe("StoreAccess", () => {
  const time = fakeTime();
  const away = "the queue's store cannot be used; trying again";
  const back = "the queue's store is back";
  let logger: RecordingLogger;
  let aways: number;
  let backs: number;
  let access: StoreAccess;
  let attempts: boolean[];
  let failure: Error | null;

  /** Fails for as long as the test says so. */
  const work = async (isRetry: boolean): Promise<string> => {
    attempts.push(isRetry);
    if (failure) throw failure;
    return "done";
  };
  /** What became of it, without waiting for it. */
  function watch(call: Promise<unknown>): { outcome: string } {
    const watched = { outcome: "waits" };
    const settle = (outcome: unknown) => {
      watched.outcome = outcome instanceof Error ? outcome.name : String(outcome);
    };
    call.then(settle, settle);
    return watched;
  }

  beforeEach(() => {
    logger = new RecordingLogger();
    backs = 0;
    aways = 0;
    access = new StoreAccess(logger, { onAway: () => aways++, onBack: () => backs++ });
    attempts = [];
    failure = new Error("connection refused");
  });

  it("says nothing about a store that works", async () => {
    failure = null;
    assert.equal(await access.call(work), "done");
    assert.deepEqual([attempts, logger.items, backs, access.isAway], [[false], [], 0, false]);
    assert.deepEqual([aways, access.reach.aborted], [0, false]);
  });

  it("calls again until it succeeds, and says that it is a retry", async () => {
    const call = watch(access.call(work));
    await time.pass(1000);
    assert.equal(call.outcome, "waits");
    assert.ok(attempts.length > 3);
    failure = null;
    await time.pass(2000);
    assert.equal(call.outcome, "done");
    assert.deepEqual(attempts.slice(0, 2), [false, true]);
    assert.ok(!attempts.slice(1).includes(false));
  });

  it("waits longer from attempt to attempt, and never longer than two seconds", async () => {
    watch(access.call(work));
    await time.pass(10_000);
    const early = attempts.length;
    assert.ok(early >= 7 && early <= 20, `${early} attempts`);
    await time.pass(20_000);
    const later = attempts.length - early;
    assert.ok(later >= 9 && later <= 21, `${later} attempts`);
  });

  it("gives up when the store has been away for as long as the caller's patience lasts", async () => {
    const patient = watch(access.call(work));
    const call = watch(access.call(work, { retryForMs: 5000 }));
    await time.pass(4500);
    assert.equal(call.outcome, "waits");
    await time.pass(2500);
    assert.equal(call.outcome, "StoreAwayError");
    assert.equal(patient.outcome, "waits");
  });

  it("counts patience from when the store went away, not from the call", async () => {
    watch(access.call(work));
    await time.pass(5000);
    attempts = [];
    const call = access.call(work, { retryForMs: 5000 });
    await assert.rejects(call, StoreAwayError);
    assert.deepEqual(attempts, [false]);
  });

  it("has new patience with a store that was back in between", async () => {
    watch(access.call(work));
    await time.pass(5000);
    failure = null;
    await access.call(work);
    failure = new Error("again");
    const call = watch(access.call(work, { retryForMs: 5000 }));
    await time.settle();
    assert.equal(call.outcome, "waits");
  });

  it("tries once even without patience, and names the cause when it gives up", async () => {
    await assert.rejects(access.call(work, { retryForMs: 0 }), (error: Error) => {
      assert.ok(error instanceof StoreAwayError);
      assert.equal(error.cause, failure);
      return true;
    });
    assert.deepEqual(attempts, [false]);
    failure = null;
    assert.equal(await access.call(work, { retryForMs: 0 }), "done");
  });

  it("lets a mistake of the operator pass at once, without calling the store away", async () => {
    failure = new ConfigurationError([{ name: "QUEUE_URL", message: "it refuses the password" }]);
    await assert.rejects(access.call(work), ConfigurationError);
    assert.deepEqual([attempts, access.isAway, logger.items], [[false], false, []]);
  });

  it("ends the waiting of a call whose signal aborts", async () => {
    const giveUp = new AbortController();
    const call = watch(access.call(work, { signal: giveUp.signal }));
    await time.settle();
    giveUp.abort();
    await time.settle();
    assert.equal(call.outcome, "StoreAwayError");
  });

  it("knows whether a call that was given up may have been done by one of its attempts", async () => {
    const isDoubted = async (failures: readonly Error[]) => {
      failure = null;
      await access.call(work);
      const rest = [...failures];
      const failing = async () => {
        failure = rest.shift() ?? failure;
        if (failure) throw failure;
      };
      const call = access.call(failing, { retryForMs: 2000 }).catch((error: unknown) => error);
      await time.pass(5000);
      const error = await call;
      assert.ok(error instanceof StoreAwayError);
      return error.mayBeDone;
    };
    const [lost, refused] = [new Error("connection lost"), new NotDoneError("connection refused")];
    assert.equal(await isDoubted([refused]), false);
    assert.equal(await isDoubted([lost, refused]), true);
    assert.equal(await isDoubted([refused, lost, refused]), true);
  });

  it("makes one attempt for a signal that has aborted already", async () => {
    const aborted = AbortSignal.abort();
    await assert.rejects(access.call(work, { signal: aborted }), StoreAwayError);
    assert.deepEqual(attempts, [false]);
  });

  it("limits the patience also of calls that wait already", async () => {
    const call = watch(access.call(work));
    await time.pass(1000);
    access.limitPatience(2000);
    await time.pass(900);
    assert.equal(call.outcome, "waits");
    await time.pass(3000);
    assert.equal(call.outcome, "StoreAwayError");
    await assert.rejects(access.call(work, { retryForMs: 60_000 }), StoreAwayError);
  });

  it("tries again at once when it is told to, as often as it is told", async () => {
    watch(access.call(work));
    await time.settle();
    for (const count of [2, 3, 4]) {
      access.retryNow();
      await time.settle();
      assert.equal(attempts.length, count);
    }
  });

  it("lets all who wait try again as soon as one of them succeeds", async () => {
    const first = watch(access.call(work));
    await time.pass(20_000);
    failure = null;
    assert.equal(await access.call(work), "done");
    await time.settle();
    assert.equal(first.outcome, "done");
  });

  it("tells once that the store is away, reminds every thirty seconds, and tells once that it is back", async () => {
    watch(access.call(work));
    watch(access.call(work));
    await time.pass(29_900);
    assert.equal(logger.items.length, 1);
    const [line] = logger.named(away);
    assert.deepEqual([line?.["level"], line?.["awayMs"]], ["error", 0]);
    assert.match(JSON.stringify(line?.["err"]), /connection refused/);
    await time.pass(4000);
    assert.equal(logger.named(away).length, 2);
    assert.ok(Number(logger.named(away)[1]?.["awayMs"]) >= 30_000);
    failure = null;
    await time.pass(3000);
    assert.deepEqual([logger.named(away).length, logger.named(back).length], [2, 1]);
    assert.deepEqual([aways, backs], [1, 1]);
    assert.ok(Number(logger.named(back)[0]?.["awayMs"]) >= 33_900);
  });

  it("tells about the next outage once it has lasted for a second, and then that it is over", async () => {
    watch(access.call(work));
    await time.settle();
    failure = null;
    await time.pass(1000);
    failure = new Error("away");
    watch(access.call(work));
    await time.pass(900);
    assert.deepEqual([access.isAway, access.reach.aborted], [true, true]);
    assert.deepEqual([logger.named(away).length, logger.named(back).length], [1, 1]);
    await time.pass(2000);
    assert.equal(logger.named(away).length, 2);
    failure = null;
    await time.pass(2000);
    assert.deepEqual([access.isAway, access.reach.aborted], [false, false]);
    assert.deepEqual([logger.named(back).length, backs], [2, 2]);
  });

  it("says nothing more about a store that goes away again and again for a moment", async () => {
    for (let round = 0; round < 100; round++) {
      failure = new Error("away");
      watch(access.call(work, { retryForMs: 0 }));
      await time.pass(50);
      failure = null;
      await access.call(work);
      await time.pass(50);
    }
    assert.deepEqual([logger.items.length, backs], [2, 100]);
    // Whoever looks after the store then does so every two seconds.
    assert.ok(aways >= 4 && aways <= 6, `${aways}`);
  });
});

describe("ifReachable", () => {
  it("returns undefined for a store that is away, and nothing else", async () => {
    assert.equal(await ifReachable(Promise.resolve(1)), 1);
    assert.equal(await ifReachable(Promise.reject(new StoreAwayError(true))), undefined);
    await assert.rejects(ifReachable(Promise.reject(new TypeError("a mistake"))), TypeError);
  });
});
