import assert from "node:assert/strict";
import { ByteBudget } from "./byte-budget.ts";

const kibi = 2 ** 10;
const nobody = () => {};

describe("ByteBudget", () => {
  it("lets messages hold so much together, and no more", () => {
    const budget = new ByteBudget(800 * kibi);
    const [first, second] = [budget.hold(nobody), budget.hold(nobody)];
    assert.equal(first.grow(600 * kibi), true);
    assert.equal(second.grow(200 * kibi), false);
    assert.equal(budget.used, 600 * kibi);
    first.release();
    assert.equal(second.grow(200 * kibi), true);
    assert.equal(budget.used, 200 * kibi);
  });

  it("leaves room for small messages when large ones take all they may", () => {
    const budget = new ByteBudget(800 * kibi);
    assert.equal(budget.hold(nobody).grow(700 * kibi), true);
    assert.equal(budget.hold(nobody).grow(65 * kibi), false);
    assert.equal(budget.hold(nobody).grow(64 * kibi), true);
    assert.equal(budget.hold(nobody).grow(64 * kibi), false);
  });

  it("lets a message that is alone take more than there is", () => {
    const budget = new ByteBudget(10 * kibi);
    const alone = budget.hold(nobody);
    assert.equal(alone.grow(20 * kibi), true);
    assert.equal(alone.grow(20 * kibi), true);
    assert.equal(budget.hold(nobody).grow(1), false);
  });

  it("takes room from messages of which nothing came for five seconds", () => {
    let now = 0;
    const budget = new ByteBudget(800 * kibi, () => now);
    const reclaimed: string[] = [];
    const holds = ["stalled", "moving", "in use"].map((name) => {
      const hold = budget.hold(() => reclaimed.push(name));
      assert.equal(hold.grow(200 * kibi), true);
      return hold;
    });
    holds[2]?.keep();
    now = 4000;
    assert.equal(holds[1]?.grow(1), true);
    assert.equal(budget.hold(nobody).grow(300 * kibi), false);
    now = 6000;
    assert.equal(budget.hold(nobody).grow(300 * kibi), false);
    assert.deepEqual(reclaimed, ["stalled"]);
    assert.equal(budget.used, 400 * kibi + 1);
    assert.equal(budget.hold(nobody).grow(200 * kibi), true);
  });

  it("forgets what is released, once", () => {
    const budget = new ByteBudget(800 * kibi);
    const hold = budget.hold(nobody);
    hold.grow(100 * kibi);
    hold.shrink(40 * kibi);
    hold.release();
    hold.release();
    assert.equal(budget.used, 0);
  });
});
