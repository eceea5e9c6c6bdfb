import assert from "node:assert/strict";
import { sessionOf } from "./metrics-session.ts";

describe("sessionOf", () => {
  it("finds the session in JSON, whatever the task calls it", () => {
    for (const key of ["sessionID", "sessionId", "session_id", "session"]) {
      assert.equal(sessionOf(JSON.stringify({ rating: 4, [key]: "s-1" })), "s-1", key);
    }
    assert.equal(sessionOf('{ "session_id" :\n "s-1" }'), "s-1");
  });

  it("finds it however deep it lies", () => {
    assert.equal(sessionOf(JSON.stringify({ game: { log: [{ sessionID: "s-1" }] } })), "s-1");
  });

  it("finds it in what Python prints", () => {
    assert.equal(sessionOf("{'rating': 4, 'session_id': 's-1'}"), "s-1");
    assert.equal(sessionOf(`{'session_id': "it's mine"}`), "it's mine");
  });

  it("is empty where no session is named", () => {
    const metrics = ["", "{}", "4", '{"sessions": "s-1"}', '{"mySession": "s-1"}', "session: s-1"];
    for (const text of [...metrics, '{"session_id": 7}', '{"session_id": null}']) {
      assert.equal(sessionOf(text), "", text);
    }
  });

  it("does not take a participant's words for a session", () => {
    const content = 'she said "session_id": "s-2" and left';
    assert.equal(sessionOf(JSON.stringify({ content, session_id: "s-1" })), "s-1");
  });

  it("reads a megabyte of anything in no time", () => {
    const began = performance.now();
    for (const text of ['"session"', '"session" ', '"session":"', "'", " ".repeat(100)]) {
      sessionOf(text.repeat(2 ** 20 / text.length));
    }
    assert.ok(performance.now() - began < 1000);
  });
});
