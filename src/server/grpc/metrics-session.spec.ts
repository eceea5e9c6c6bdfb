import assert from "node:assert/strict";
import { sessionOf } from "./metrics-session.ts";

describe("sessionOf", () => {
  it("finds the session in JSON, whatever the task calls it", () => {
    for (const key of ["sessionID", "sessionId", "session_id", "session"]) {
      assert.equal(sessionOf({ rating: 4, [key]: "s-1" }), "s-1", key);
    }
  });

  it("finds it however deep it lies", () => {
    assert.equal(sessionOf({ game: { log: [{ sessionID: "s-1" }] } }), "s-1");
  });

  it("finds it in what Python prints", () => {
    assert.equal(sessionOf("{'rating': 4, 'session_id': 's-1'}"), "s-1");
    assert.equal(sessionOf(`{'session_id': "it's mine"}`), "it's mine");
  });

  it("is empty where no session is named", () => {
    for (const text of ["", "{}", "4", "{'sessions': 's-1'}", "{'session': 7}", "session: s-1"]) {
      assert.equal(sessionOf(text), "", text);
    }
    for (const metrics of [null, 4, [], {}, { mySession: "s-1" }, { session_id: 7 }]) {
      assert.equal(sessionOf(metrics), "");
    }
  });

  it("does not take a participant's words for a session", () => {
    const content = `she said 'session_id': 's-2', "session_id": "s-3", and left`;
    assert.equal(sessionOf({ content, session_id: "s-1" }), "s-1");
    assert.equal(sessionOf({ content }), "");
  });

  // One that looks again from each place would be at it beyond mocha's time limit.
  it("reads a megabyte of anything", () => {
    for (const text of ['"session"', '"session" ', '"session":"', "'", " ".repeat(100)]) {
      assert.equal(sessionOf(text.repeat(2 ** 20 / text.length)), "", text);
    }
  });
});
