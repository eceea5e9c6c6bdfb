import assert from "node:assert/strict";
import { untilAlone } from "./until-alone.ts";

describe("untilAlone", () => {
  const failure = (code: string) => Object.assign(new Error(`error ${code}`), { code });

  it("looks again after each meeting with another replica", async () => {
    const collisions = ["40001", "40P01", "23505"];
    const result = await untilAlone(async () => {
      const code = collisions.shift();
      if (code !== undefined) throw failure(code);
      return "done";
    });
    assert.equal(result, "done");
  });

  it("lets every other error pass at once", async () => {
    let attempts = 0;
    const work = async () => {
      attempts++;
      throw failure("57P01");
    };
    await assert.rejects(untilAlone(work), /57P01/);
    assert.equal(attempts, 1);
  });

  it("gives up when it meets others for ever", async () => {
    let attempts = 0;
    const work = async () => {
      attempts++;
      throw failure("23505");
    };
    await assert.rejects(untilAlone(work), /23505/);
    assert.equal(attempts, 11);
  });
});
