import assert from "node:assert/strict";
import type { Delivery } from "../../../queue/request-queue.ts";
import { UnreadAnswers } from "./unread-answers.ts";

describe("UnreadAnswers", () => {
  let now = 0;
  let repeated: string[] = [];

  beforeEach(() => {
    now = 0;
    repeated = [];
  });

  function delivery(messageID: string, characters: number): Delivery {
    return {
      sessionID: "",
      messageID,
      answer: { text: "x".repeat(characters - messageID.length), outcome: "OK" },
      times: { receivedAt: 0, claimedAt: null, answeredAt: 0 },
      repeated: false,
      done: () => {},
      release: () => {},
      again: () => repeated.push(messageID),
    };
  }

  it("repeats what came last, in its order, once", () => {
    const unread = new UnreadAnswers(() => now);
    for (const name of ["a", "b", "c"]) unread.add(delivery(name, 10));
    assert.equal(unread.repeatAll(), 3);
    assert.equal(unread.repeatAll(), 0);
    assert.deepEqual(repeated, ["a", "b", "c"]);
  });

  it("keeps the last 4 Mi characters however old they are, and the last minute beyond", () => {
    const unread = new UnreadAnswers(() => now);
    const mebi = 2 ** 20;
    for (const name of ["a", "b", "c", "d", "e", "f"]) unread.add(delivery(name, mebi));
    now = 61_000;
    unread.add(delivery("g", mebi));
    assert.equal(unread.repeatAll(), 4);
    assert.deepEqual(repeated, ["d", "e", "f", "g"]);
  });

  it("remembers no more than 8 Mi characters and 32,768 answers, but the last one always", () => {
    const unread = new UnreadAnswers(() => now);
    for (let count = 0; count < 20; count++) unread.add(delivery(String(count), 2 ** 20));
    assert.equal(unread.repeatAll(), 8);
    for (let count = 0; count < 40_000; count++) unread.add(delivery(String(count), 10));
    assert.equal(unread.repeatAll(), 32_768);
    repeated = [];
    unread.add(delivery("small", 10));
    unread.add(delivery("huge", 20 * 2 ** 20));
    assert.equal(unread.repeatAll(), 1);
    assert.deepEqual(repeated, ["huge"]);
  });
});
