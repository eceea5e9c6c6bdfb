import assert from "node:assert/strict";
import { Duplex } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { converse } from "./reflection.ts";

/** list_services. */
const question = Buffer.from([0x3a, 0x00]);

describe("converse", () => {
  it("reads no further question until its answer is on its way", async () => {
    const answers: (() => void)[] = [];
    const call = new Duplex({
      objectMode: true,
      read: () => {},
      write: (_answer, _encoding, callback) => {
        answers.push(callback);
      },
    });
    converse(call);
    for (let count = 0; count < 1000; count++) call.push(question);
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    assert.equal(answers.length + call.writableLength, 2, "one is written, and is counted twice");
    answers[0]?.();
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    assert.equal(answers.length, 2);
    assert.equal(call.readableLength, 998);
  });
});
