import assert from "node:assert/strict";
import { AnswerInbox } from "./answer-inbox.ts";

const answer = { answer: "{}", sessionID: "s", messageID: "m" };

describe("AnswerInbox", () => {
  it("hands an answer to all who wait for its ids, and to nobody else", async () => {
    const inbox = new AnswerInbox();
    const [first, second] = [inbox.expect("s", "m"), inbox.expect("s", "m")];
    inbox.expect("s", "other");
    assert.equal(inbox.deliver(answer), true);
    assert.equal((await first.arrival).answer, answer);
    assert.equal((await second.arrival).answer, answer);
    assert.equal(inbox.deliver(answer), false);
    assert.equal(inbox.isAwaited, true);
  });

  it("ARENA-11 hands answers without messageID to one waiter each, in their order", async () => {
    const inbox = new AnswerInbox();
    const [first, second] = [inbox.expect("s", ""), inbox.expect("s", "")];
    const [one, two] = ["1", "2"].map((text) => ({ answer: text, sessionID: "s", messageID: "" }));
    assert.ok(one && two);
    inbox.deliver(one);
    inbox.deliver(two);
    assert.equal((await first.arrival).answer, one);
    assert.equal((await second.arrival).answer, two);
  });

  it("forgets who no longer waits", () => {
    const inbox = new AnswerInbox();
    inbox.expect("s", "m").forget();
    assert.equal(inbox.isAwaited, false);
    assert.equal(inbox.deliver(answer), false);
  });

  it("tells all who wait when nothing will come", async () => {
    const inbox = new AnswerInbox();
    const expectation = inbox.expect("s", "m");
    inbox.fail(new Error("the stream broke"));
    await assert.rejects(expectation.arrival, /the stream broke/);
    assert.equal(inbox.isAwaited, false);
  });
});
