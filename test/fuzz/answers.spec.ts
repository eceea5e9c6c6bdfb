import assert from "node:assert/strict";
import { Answers } from "./answers.ts";

describe("the fuzzer's judge of answers", () => {
  const asked = { sessionID: "s", messageID: "m", answer: "yes" };
  const arriving = { sessionID: "s", messageID: "m", answer: "yes" };

  function judged(...events: readonly ((answers: Answers) => void)[]) {
    const answers = new Answers();
    for (const event of events) event(answers);
    const { owed, repeated, wrong } = answers;
    return { owed: owed.length, repeated: repeated.length, wrong: wrong.length };
  }
  const ask = (answers: Answers) => answers.asked("call", asked);
  const accept = (answers: Answers) => answers.accepted(asked);
  const answer = (answers: Answers) => answers.arrived("beside", arriving);
  const clean = { owed: 0, repeated: 0, wrong: 0 };

  it("wants one answer to what was accepted", () => {
    assert.deepEqual(judged(ask, accept, answer), clean);
    assert.deepEqual(judged(ask, accept), { ...clean, owed: 1 });
    assert.deepEqual(judged(ask, accept, answer, answer), { ...clean, repeated: 1 });
  });

  it("wants no answer to what was perhaps not taken, and takes one", () => {
    assert.deepEqual(judged(ask), clean);
    assert.deepEqual(judged(ask, answer), clean);
  });

  it("takes an answer once more that came over a stream which was cut", () => {
    const cut = (answers: Answers) => answers.arrived("cut", arriving);
    assert.deepEqual(judged(ask, accept, cut, answer), clean);
  });

  it("notices answers that are wrong, and those that nobody asked for", () => {
    const other = (answers: Answers) => answers.arrived("beside", { ...arriving, answer: "no" });
    assert.deepEqual(judged(ask, accept, other), { ...clean, wrong: 1 });
    assert.deepEqual(judged(answer), { ...clean, wrong: 1 });
  });

  it("wants an answer to each of several questions without a messageID, and to one of a messageID", () => {
    const nameless = { ...asked, messageID: "" };
    const twice = (question: typeof asked) => (answers: Answers) => {
      for (let times = 0; times < 2; times++) {
        answers.asked("call", question);
        answers.accepted(question);
      }
      answers.arrived("beside", question);
    };
    assert.deepEqual(judged(twice(nameless)), { ...clean, owed: 1 });
    assert.deepEqual(judged(twice(asked)), clean);
  });
});
