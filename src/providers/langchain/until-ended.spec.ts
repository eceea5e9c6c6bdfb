import assert from "node:assert/strict";
import { deferred } from "../../../test/fixtures/deferred.ts";
import { fakeTime } from "../../../test/fixtures/fake-time.ts";
import { untilEnded } from "./until-ended.ts";

describe("untilEnded", () => {
  const time = fakeTime();
  let seen: string[];
  beforeEach(() => {
    seen = [];
  });

  /** Reads on until there is nothing more; the chunks "end" and "count" are what they say. */
  async function read(chunks: AsyncIterable<string>): Promise<void> {
    const completeness = () =>
      seen.includes("count") ? "counted" : seen.includes("end") ? "ended" : "begun";
    for await (const chunk of untilEnded(chunks, completeness)) seen.push(chunk);
  }

  it("takes the count that comes soon after the end, and then leaves the connection", async () => {
    const closed = deferred<void>();
    const count = deferred<void>();
    async function* chunks() {
      try {
        yield* ["word", "end"];
        await count.promise;
        yield "count";
        await closed.promise;
      } finally {
        seen.push("left");
      }
    }
    const reading = read(chunks());
    await time.pass(999, 1);
    count.resolve();
    await time.pass(99, 1);
    assert.deepEqual(seen, ["word", "end", "count"]);
    await time.pass(1);
    await reading;
    closed.resolve();
    await time.settle();
    assert.deepEqual(seen, ["word", "end", "count", "left"]);
  });

  it("waits a second for the count, and no longer", async () => {
    async function* chunks() {
      yield "end";
      await new Promise(() => {});
    }
    let isRead = false;
    const reading = read(chunks()).then(() => {
      isRead = true;
    });
    await time.pass(999, 1);
    assert.equal(isRead, false);
    await time.pass(1);
    await reading;
  });

  it("waits no longer where chunks go on coming", async () => {
    async function* chunks() {
      yield "end";
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 300));
        yield "alive";
      }
    }
    const reading = read(chunks());
    await time.pass(1300);
    await reading;
    assert.deepEqual(seen, ["end", "alive", "alive", "alive"]);
  });

  it("takes a break after the end for the end", async () => {
    async function* chunks() {
      yield "end";
      throw new Error("reset");
    }
    await read(chunks());
    assert.deepEqual(seen, ["end"]);
  });

  it("passes a break before the end on", async () => {
    async function* chunks() {
      yield "word";
      throw new Error("reset");
    }
    await assert.rejects(read(chunks()), /reset/);
  });

  it("waits for as long as it takes before the end", async () => {
    const word = deferred<void>();
    async function* chunks() {
      await word.promise;
      yield* ["word", "end"];
    }
    const reading = read(chunks());
    await time.pass(60_000, 1000);
    word.resolve();
    await reading;
    assert.deepEqual(seen, ["word", "end"]);
  });
});
