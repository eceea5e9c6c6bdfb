import assert from "node:assert/strict";
import { ask } from "./ask.ts";

describe("a question of the preflight", () => {
  it("ends with its time, also when nobody listens to the signal", async () => {
    const limit = new AbortController();
    const asked = ask("key", limit.signal, () => new Promise<string>(() => {}));
    limit.abort();
    const answer = await asked;
    assert.ok(!answer.isAnswered);
    assert.equal(answer.finding.detail, "no answer within the time limit");
  });

  it("is not asked when the time is over", async () => {
    const answer = await ask("key", AbortSignal.abort(), () => assert.fail("it was asked"));
    assert.ok(!answer.isAnswered);
  });
});
