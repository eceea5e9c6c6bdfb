import assert from "node:assert/strict";
import { deferred } from "../../test/fixtures/deferred.ts";
import { fakeTime } from "../../test/fixtures/fake-time.ts";
import { RecordingLogger } from "../../test/fixtures/recording-logger.ts";
import { CachedDocument } from "./cached-document.ts";
import { VaultFailure } from "./vaults/vault-failure.ts";

describe("CachedDocument", () => {
  const time = fakeTime();
  const times = {
    ttlMs: 300_000,
    callTimeoutMs: 10_000,
    retryAfterMs: 5000,
    refusalIntervalMs: 10_000,
  };
  const away = new VaultFailure("away", "the vault is away");
  const never = new AbortController().signal;

  let logger: RecordingLogger;
  let calls: AbortSignal[];
  let answer: () => Promise<string>;
  let document: CachedDocument;

  beforeEach(() => {
    logger = new RecordingLogger();
    calls = [];
    answer = async () => `text ${calls.length}`;
    const read = (signal: AbortSignal) => {
      calls.push(signal);
      return answer();
    };
    document = new CachedDocument({ description: "{AWS:keys}", read, times, logger });
  });

  const get = () => document.get(never);
  const fail = (failure: unknown) => {
    answer = () => Promise.reject(failure);
  };

  it("asks the vault only when the text is older than it may be", async () => {
    assert.equal(await get(), "text 1");
    await time.pass(299_999, 300_000);
    assert.equal(await get(), "text 1");
    await time.pass(1);
    assert.equal(await get(), "text 2");
    assert.equal(calls.length, 2);
  });

  it("makes one call for all who ask at once", async () => {
    const call = deferred<string>();
    answer = () => call.promise;
    const texts = Promise.all(Array.from({ length: 1000 }, get));
    call.resolve("shared");
    assert.deepEqual(new Set(await texts), new Set(["shared"]));
    assert.equal(calls.length, 1);
  });

  it("lets a caller leave whose signal aborts, and goes on for the others", async () => {
    const call = deferred<string>();
    answer = () => call.promise;
    const leaver = new AbortController();
    const left = document.get(leaver.signal);
    const stayed = get();
    leaver.abort(new Error("gone"));
    await assert.rejects(left, { message: "gone" });
    assert.equal(calls[0]?.aborted, false);
    call.resolve("text");
    assert.equal(await stayed, "text");
    await assert.rejects(document.get(leaver.signal), { message: "gone" });
    assert.equal(calls.length, 1);
  });

  it("gives up a call that takes too long, also one that does not listen", async () => {
    answer = () => new Promise(() => {});
    const rejected = assert.rejects(get(), {
      reason: "away",
      problem: "the vault has not answered within 10000 ms",
    });
    await time.pass(9_999, 10_000);
    assert.equal(calls[0]?.aborted, false);
    await time.pass(1);
    await rejected;
    assert.equal(calls[0]?.aborted, true);
  });

  it("leaves a vault alone that failed a moment ago", async () => {
    fail(away);
    for (let asked = 0; asked < 100; asked++) await assert.rejects(get(), away);
    await time.pass(4_999, 5000);
    await assert.rejects(get(), away);
    assert.equal(calls.length, 1);
    await time.pass(1);
    answer = async () => "back";
    assert.equal(await get(), "back");
  });

  for (const failure of [away, new VaultFailure("denied", "refused"), new Error("sk-canary")]) {
    it(`keeps the last good text while reading fails (${failure.name}, ${"reason" in failure ? failure.reason : ""})`, async () => {
      await get();
      fail(failure);
      await time.pass(300_000, 300_000);
      for (let round = 0; round < 5; round++) {
        assert.equal(await get(), "text 1");
        await time.pass(5000, 5000);
      }
      assert.equal(calls.length, 6);
      const warned = logger.named("a secret cannot be read; the last good value stays in use");
      assert.equal(warned.length, 1);
      assert.equal(warned[0]?.["secret"], "{AWS:keys}");
      answer = async () => "new";
      assert.equal(await get(), "text 1");
      await time.settle();
      assert.equal(await get(), "new");
      assert.equal(logger.named("a secret can be read again").length, 1);
      assert.doesNotMatch(logger.text, /canary|text 1/);
    });
  }

  it("lets nobody wait again for a vault that is known to be away", async () => {
    await get();
    fail(away);
    await time.pass(300_000, 300_000);
    await get();
    answer = () => new Promise(() => {});
    await time.pass(5000, 5000);
    assert.equal(await get(), "text 1");
    assert.equal(calls.length, 3);
  });

  for (const reason of ["missing", "unusable"] as const) {
    it(`forgets the text when the vault says that it is ${reason}`, async () => {
      await get();
      fail(new VaultFailure(reason, "no"));
      await time.pass(300_000, 300_000);
      await assert.rejects(get(), { reason });
      await assert.rejects(get(), { reason });
      assert.equal(calls.length, 2);
    });
  }

  it("asks the vault again after a refusal, and waits for it", async () => {
    await get();
    document.refuse();
    const call = deferred<string>();
    answer = () => call.promise;
    const both = Promise.all([get(), get()]);
    call.resolve("renewed");
    assert.deepEqual(await both, ["renewed", "renewed"]);
    assert.equal(calls.length, 2);
  });

  it("does not let refusals hammer the vault", async () => {
    await get();
    for (let refusal = 0; refusal < 100; refusal++) {
      document.refuse();
      await get();
    }
    assert.equal(calls.length, 2);
    await time.pass(10_000, 10_000);
    await get();
    await get();
    assert.equal(calls.length, 3);
  });
});
