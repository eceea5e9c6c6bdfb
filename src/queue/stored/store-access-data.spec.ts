import assert from "node:assert/strict";
import { fakeTime } from "../../../test/fixtures/fake-time.ts";
import { RecordingLogger } from "../../../test/fixtures/recording-logger.ts";
import { type CallOptions, StoreAccess, StoreAwayError } from "./store-access.ts";
import { DataError } from "./store-errors.ts";

describe("StoreAccess of a store that refuses some calls", () => {
  const time = fakeTime();
  const away = "the queue's store cannot be used; trying again";
  const refused = "the queue's store refuses a call while others succeed; trying again";
  let logger: RecordingLogger;
  let aways: number;
  let backs: number;
  let access: StoreAccess;
  let attempts: number;

  beforeEach(() => {
    logger = new RecordingLogger();
    [aways, backs, attempts] = [0, 0, 0];
    const onBack = () => {
      backs++;
      access.retryNow();
    };
    access = new StoreAccess(logger, { onAway: () => aways++, onBack });
  });

  const ofSql = (code: string) => Object.assign(new Error(`refused with ${code}`), { code });
  const ofSqlite = (errcode: number) => Object.assign(new Error("refused"), { errcode });
  /** A call that fails in the same way whenever it is made. */
  function hopeless(error: Error, options: CallOptions = {}): { outcome: string } {
    const watched = { outcome: "waits" };
    const settle = (outcome: unknown) => {
      watched.outcome = outcome instanceof Error ? outcome.name : "done";
    };
    const fail = async () => {
      attempts++;
      throw error;
    };
    access.call(fail, options).then(settle, settle);
    return watched;
  }
  /** Other calls succeed, twenty a second. */
  async function passWithSuccesses(milliseconds: number): Promise<void> {
    for (let left = milliseconds; left > 0; left -= 50) {
      await access.call(async () => "done");
      await time.pass(50);
    }
  }

  const ofData = [
    new TypeError("no text"),
    new RangeError("Invalid string length"),
    new SyntaxError("no JSON"),
    new DataError("the thread says so"),
    ...["22021", "22P05", "23502", "54000", "ERR_STRING_TOO_LONG"].map(ofSql),
    ...[18, 1299].map(ofSqlite),
  ];
  for (const error of ofData) {
    it(`does not try again what the data makes fail: ${error.name}, ${error.message}`, async () => {
      const call = access.call(() => Promise.reject(error), { carriesData: true });
      await assert.rejects(call, (thrown: Error) => {
        assert.ok(thrown instanceof DataError);
        assert.ok(thrown === error || thrown.cause === error);
        return true;
      });
      assert.deepEqual([access.isAway, aways, logger.items], [false, 0, []]);
    });
  }

  const ofStore = [...["57014", "53300", "23505", "ECONNREFUSED"].map(ofSql), ofSqlite(13)];
  for (const error of ofStore) {
    it(`tries again what may be the store's fault: ${JSON.stringify(error)}`, async () => {
      const call = hopeless(error, { carriesData: true });
      await time.pass(3000);
      assert.deepEqual([call.outcome, access.isAway], ["waits", true]);
    });
  }

  it("tries a call without data again, and does not take the store for away", async () => {
    const call = hopeless(new TypeError("no text"));
    await time.pass(20_000);
    assert.deepEqual([call.outcome, access.isAway, aways], ["waits", false, 0]);
    assert.ok(attempts >= 10 && attempts <= 30, `${attempts} attempts`);
    assert.deepEqual([logger.named(refused).length, logger.items.length], [1, 1]);
    await time.pass(20_000);
    assert.equal(logger.named(refused).length, 2);
    access.limitPatience(0);
    await time.settle();
    assert.equal(call.outcome, "StoreAwayError");
  });

  it("has patience with such a call for as long as its caller says", async () => {
    const options = { retryForMs: 5000 };
    const call = hopeless(new TypeError("no text"), options);
    await time.pass(4500);
    assert.equal(call.outcome, "waits");
    await time.pass(2500);
    assert.equal(call.outcome, "StoreAwayError");
    const impatient = access.call(() => Promise.reject(new TypeError("no")), { retryForMs: 0 });
    await assert.rejects(impatient, StoreAwayError);
  });

  it("neither floods the log nor the store for a call that fails while others succeed", async () => {
    const call = hopeless(ofSql("57014"));
    await passWithSuccesses(25_000);
    assert.deepEqual([call.outcome, access.isAway], ["waits", false]);
    assert.ok(attempts >= 12 && attempts <= 40, `${attempts} attempts`);
    assert.ok(backs <= 3, `${backs} times back`);
    assert.deepEqual([logger.named(away).length, logger.named(refused).length], [1, 1]);
    await passWithSuccesses(30_000);
    assert.deepEqual([logger.named(away).length, logger.named(refused).length], [1, 2]);
  });

  it("gives up what may be left undone when it fails often while others succeed", async () => {
    const call = hopeless(ofSql("57014"), { maxFailures: 5 });
    await passWithSuccesses(10_000);
    assert.deepEqual([call.outcome, attempts], ["DataError", 5]);
  });

  it("does not give it up while the store is away for all", async () => {
    const call = hopeless(ofSql("ECONNREFUSED"), { maxFailures: 5 });
    await time.pass(20_000);
    assert.equal(call.outcome, "waits");
    assert.ok(attempts > 5);
  });
});
