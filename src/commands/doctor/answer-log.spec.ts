import assert from "node:assert/strict";
import { AnswerLog, answersTo, atLeast } from "./answer-log.ts";

const answer = (sessionID: string, messageID = "m") => ({ answer: "{}", sessionID, messageID });

describe("AnswerLog", () => {
  it("collects the answers of a session, those that came before included", async () => {
    const log = new AnswerLog();
    log.addAnswer(0, answer("s"));
    const collecting = log.collect("s", atLeast(2), () => 10_000);
    log.addAnswer(1, answer("other"));
    log.addAnswer(1, answer("s"));
    const answers = await collecting;
    assert.deepEqual(
      answers.map(({ stream }) => stream),
      [0, 1],
    );
  });

  it("returns what came when nothing more comes", async () => {
    const log = new AnswerLog();
    log.addAnswer(0, answer("s"));
    assert.equal((await log.collect("s", answersTo(2), () => 10)).length, 1);
    assert.equal((await log.collect("nobody's", atLeast(1), () => 10)).length, 0);
  });

  it("waits on when its limit has grown meanwhile", async () => {
    const log = new AnswerLog();
    let retryForMs = 1;
    const collecting = log.collect("s", atLeast(1), () => {
      const nowMs = retryForMs;
      if (retryForMs === 10_000) queueMicrotask(() => log.addAnswer(0, answer("s")));
      retryForMs = 10_000;
      return nowMs;
    });
    assert.equal((await collecting).length, 1);
  });

  it("counts what is neither answered nor given up", async () => {
    const log = new AnswerLog();
    for (const sessionID of ["answered", "given up", "open"]) log.addRequest(sessionID, "m");
    log.addAnswer(0, answer("answered"));
    await log.collect("given up", atLeast(1), () => 1);
    assert.equal(log.open, 1);
  });

  it("tells answers that nobody asked for from those that were", () => {
    const log = new AnswerLog();
    log.addRequest("s", "m");
    log.addAnswer(0, answer("s"));
    log.addAnswer(0, answer("other"));
    assert.deepEqual(
      log.strays.map(({ answer }) => answer.sessionID),
      ["other"],
    );
    assert.equal(log.latenciesMs.length, 1);
  });
});
