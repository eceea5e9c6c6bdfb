import assert from "node:assert/strict";
import { expectedAnswer } from "./expected-answer.ts";
import { FuzzCalls } from "./fuzz-calls.ts";

describe("the fuzzer's calls", () => {
  const lane = { name: "usual 0", kind: "usual" } as const;
  const rough = { name: "rough 0", kind: "rough" } as const;

  it("are the same for the same seed, whatever was made before", () => {
    const [one, same, other] = [new FuzzCalls(7), new FuzzCalls(7), new FuzzCalls(8)];
    const all = [...one.ofLane(lane, 200)];
    assert.deepEqual(same.make(lane, 150), all[150]);
    assert.notDeepEqual(other.make(lane, 150), all[150]);
  });

  it("hold as many messages as they are to", () => {
    const calls = [...new FuzzCalls(7).ofLane(lane, 500)];
    const messages = calls.reduce((sum, call) => sum + call.messages, 0);
    assert.ok(messages >= 500 && messages < 510, `${messages}`);
  });

  it("have every method and mutation, and questions that must be answered", async () => {
    const fuzz = new FuzzCalls(7);
    const calls = [...fuzz.ofLane(lane, 2500), ...fuzz.ofLane(rough, 700)];
    const methods = new Set(calls.map(({ method }) => method));
    assert.equal(methods.size, 10);
    const mutations = new Set(calls.flatMap((call) => call.mutations));
    assert.ok(mutations.size > 60, `${mutations.size} mutations`);
    let answered = 0;
    for (const { method, message, isWhole } of calls) {
      if (method !== "predict" || !message || !isWhole) continue;
      if (await expectedAnswer(message)) answered++;
    }
    assert.ok(answered > 200, `${answered} of ${calls.length}`);
  });
});
