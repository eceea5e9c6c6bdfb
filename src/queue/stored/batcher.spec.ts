import assert from "node:assert/strict";
import { Collected } from "../../../test/fixtures/collected.ts";
import { type Deferred, deferred } from "../../../test/fixtures/deferred.ts";
import { Batcher } from "./batcher.ts";
import { DataError } from "./store-errors.ts";

describe("Batcher", () => {
  /** A batch whose work the test ends. */
  interface Batch extends Deferred<readonly string[]> {
    readonly items: readonly string[];
    readonly isAgain: boolean;
  }

  function createBatcher(changes: { concurrency?: number; maxItems?: number } = {}) {
    const batches = new Collected<Batch>();
    const batcher = new Batcher<string, string>({
      concurrency: 1,
      maxItems: 100,
      // "5M" weighs five mebibytes.
      weigh: (item) => (item.endsWith("M") ? Number.parseInt(item, 10) * 2 ** 20 : 0),
      ...changes,
      work: (items, isAgain) => {
        const batch = { items, isAgain, ...deferred<readonly string[]>() };
        batches.add(batch);
        return batch.promise;
      },
    });
    const addAll = (...items: readonly string[]) => items.map((item) => batcher.add(item));
    const nth = async (number: number): Promise<Batch> => {
      const batch = (await batches.reached(number))[number - 1];
      assert.ok(batch);
      return batch;
    };
    const finish = async (number: number) => {
      const batch = await nth(number);
      batch.resolve(batch.items.map((item) => item.toUpperCase()));
    };
    return { batcher, batches, addAll, nth, finish };
  }

  const fulfilled = (value: string) => ({ status: "fulfilled", value });
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it("does what comes in one turn in one step, and gives each its result", async () => {
    const { addAll, nth, finish } = createBatcher();
    const results = addAll("a", "b", "c");
    assert.deepEqual((await nth(1)).items, ["a", "b", "c"]);
    await finish(1);
    assert.deepEqual(await Promise.all(results), ["A", "B", "C"]);
  });

  it("gathers what comes while a step is under way for the next one, in order", async () => {
    const { batches, addAll, nth, finish } = createBatcher();
    addAll("a");
    await nth(1);
    addAll("b");
    await turn();
    const last = addAll("c");
    await turn();
    assert.equal(batches.items.length, 1);
    await finish(1);
    assert.deepEqual((await nth(2)).items, ["b", "c"]);
    await finish(2);
    assert.deepEqual(await Promise.all(last), ["C"]);
  });

  it("has as many steps under way as it may, and no more", async () => {
    const { batches, addAll, nth, finish } = createBatcher({ concurrency: 2, maxItems: 1 });
    addAll("a", "b", "c");
    await nth(2);
    await turn();
    await turn();
    assert.equal(batches.items.length, 2);
    await finish(2);
    assert.deepEqual((await nth(3)).items, ["c"]);
  });

  it("takes no more items in one step than it may", async () => {
    const { addAll, nth, finish } = createBatcher({ maxItems: 2 });
    addAll("a", "b", "c");
    assert.deepEqual((await nth(1)).items, ["a", "b"]);
    await finish(1);
    assert.deepEqual((await nth(2)).items, ["c"]);
  });

  it("takes no more once a step is heavy, but always one", async () => {
    const { addAll, nth, finish } = createBatcher();
    addAll("1M", "7M", "9M", "a");
    assert.deepEqual((await nth(1)).items, ["1M", "7M"]);
    await finish(1);
    assert.deepEqual((await nth(2)).items, ["9M"]);
    await finish(2);
    assert.deepEqual((await nth(3)).items, ["a"]);
  });

  it("has one heavy item under way at most, by itself, and lets lighter ones overtake the next", async () => {
    const { batches, addAll, nth, finish } = createBatcher({ concurrency: 2 });
    addAll("9M", "8M", "a", "1M");
    assert.deepEqual((await nth(1)).items, ["9M"]);
    assert.deepEqual((await nth(2)).items, ["a", "1M"]);
    await finish(2);
    await turn();
    await turn();
    assert.equal(batches.items.length, 2);
    addAll("b");
    assert.deepEqual((await nth(3)).items, ["b"]);
    await finish(1);
    assert.deepEqual((await nth(4)).items, ["8M"]);
  });

  it("rejects all of a step that failed, and goes on with the next", async () => {
    const { addAll, nth, finish } = createBatcher({ maxItems: 2 });
    const results = addAll("a", "b", "c");
    const settled = Promise.allSettled(results);
    (await nth(1)).reject(new Error("the disk is full"));
    await finish(2);
    const [a, b, c] = await settled;
    assert.ok(a?.status === "rejected" && b?.status === "rejected");
    assert.match(String(a.reason), /the disk is full/);
    assert.equal(a.reason, b.reason);
    assert.deepEqual(c, { status: "fulfilled", value: "C" });
  });

  it("does each of a step by itself when the data of one is at fault, and rejects only that", async () => {
    const { batches, addAll, nth, finish } = createBatcher();
    const settled = Promise.allSettled(addAll("a", "poison", "c"));
    (await nth(1)).reject(new DataError("one of them"));
    await finish(2);
    (await nth(3)).reject(new DataError("this one"));
    await finish(4);
    const [a, poison, c] = await settled;
    assert.deepEqual([a, c], [fulfilled("A"), fulfilled("C")]);
    assert.ok(poison?.status === "rejected");
    assert.match(String(poison.reason), /this one/);
    assert.deepEqual(
      batches.items.map(({ items, isAgain }) => [items.join(), isAgain]),
      [
        ["a,poison,c", false],
        ["a", true],
        ["poison", true],
        ["c", true],
      ],
    );
  });

  it("goes on after a step that throws at once", async () => {
    let isFirst = true;
    const batcher = new Batcher<string, string>({
      ...{ concurrency: 1, maxItems: 1, weigh: () => 0 },
      work: (items) => {
        if (!isFirst) return Promise.resolve(items);
        isFirst = false;
        throw new Error("no store");
      },
    });
    const [first, second] = [batcher.add("a"), batcher.add("b")];
    await assert.rejects(first, /no store/);
    assert.equal(await second, "b");
  });

  it("rejects those for whom a step has no result", async () => {
    const { addAll, nth } = createBatcher();
    const settled = Promise.allSettled(addAll("a", "b"));
    (await nth(1)).resolve(["A"]);
    const [a, b] = await settled;
    assert.deepEqual(a, { status: "fulfilled", value: "A" });
    assert.ok(b?.status === "rejected");
    assert.match(String(b.reason), /a batch came back with too few results/);
  });
});
