import assert from "node:assert/strict";
import { Disturbances } from "./disturbances.ts";
import { type Arrival, type Attempt, type Entry, Ledger, type Sending } from "./ledger.ts";
import { Judge } from "./verdict.ts";

describe("the judge of the chaos", () => {
  let ledger: Ledger;
  let disturbances: Disturbances;
  const now = 1_000_000;

  function restart(): void {
    ledger = new Ledger();
    disturbances = new Disturbances(() => now);
  }
  beforeEach(restart);

  /** A request that was accepted at once, `at` ms from now. */
  function accepted(messageID: string, given: Partial<Sending> = {}): Entry {
    const entry = ledger.add("s", messageID);
    const at = given.at ?? now;
    entry.sendings.push({ gateway: "gateway 0", at, endedAt: at, outcome: "accepted", ...given });
    return entry;
  }

  function attempted(entry: Entry, id: string, given: Partial<Attempt> = {}): void {
    entry.attempts.push({ id, worker: "worker 0", beganAt: now + 1, endedAt: now + 2, ...given });
  }

  function answered(entry: Entry, attempt: string, given: Partial<Arrival> = {}): void {
    const { sessionID, messageID } = entry.request;
    const text = [sessionID, messageID, entry.question, attempt].join("|");
    const usual = { gateway: "gateway 0", stream: "stream 0.1", at: now + 10, text, error: null };
    entry.arrivals.push({ ...usual, ...given });
  }

  function violations(): readonly string[] {
    return new Judge(ledger, disturbances, true).verdict().violations.map(({ what }) => what);
  }

  it("finds nothing wrong with one answer to each request", () => {
    for (const [place, id] of ["a", "b"].entries()) {
      const entry = accepted(id, { at: now + 100 * place });
      attempted(entry, id, { beganAt: now + 100 * place + 1, endedAt: now + 100 * place + 2 });
      answered(entry, id);
    }
    assert.deepEqual(violations(), []);
  });

  it("misses an answer only where the request was surely accepted", () => {
    accepted("lost");
    accepted("unknown", { outcome: "unknown" });
    assert.deepEqual(violations(), ["accepted and never answered"]);
  });

  it("finds another request's answer, and one to nothing", () => {
    const entry = accepted("a");
    answered(entry, "x", { text: "other session|a|question 0|x" });
    const json = { text: "", image: null };
    const answer = { sessionID: "s", messageID: "?", answer: "{}", bytes: 2, json };
    ledger.answered(answer, "stream 0.1", "gateway 0");
    const [stray, mixed] = violations();
    assert.match(stray ?? "", /stream 0\.1 brought an answer to nothing/);
    assert.equal(mixed, "answered with another request's answer");
  });

  it("finds an answer that came again although it was acknowledged", () => {
    const entry = accepted("a");
    answered(entry, "x");
    answered(entry, "x", { at: now + 5000 });
    assert.deepEqual(violations(), ["delivered again although it was acknowledged"]);
  });

  it("lets an answer come again for each time that its request did", () => {
    const entry = accepted("a");
    entry.sendings.push({ gateway: "gateway 1", at: now, endedAt: now, outcome: "accepted" });
    answered(entry, "x");
    answered(entry, "x", { at: now + 5000 });
    assert.deepEqual(violations(), []);
    answered(entry, "x", { at: now + 6000 });
    assert.deepEqual(violations(), ["delivered again although it was acknowledged"]);
  });

  for (const part of ["gateway 0", "stream 0.1", "database"]) {
    it(`lets an answer come again when its ${part} broke around it`, () => {
      const entry = accepted("a");
      answered(entry, "x");
      answered(entry, "x", { at: now + 5000 });
      disturbances.begin(part, "kill")();
      assert.deepEqual(violations(), []);
    });
  }

  it("lets come again what a stream brought before it was cut, however long before", () => {
    const entry = accepted("a");
    answered(entry, "x", { at: now - 30_000 });
    answered(entry, "x", { at: now + 5000, stream: "stream 0.2" });
    assert.deepEqual(violations(), ["delivered again although it was acknowledged"]);
    disturbances.begin("stream 0.1", "cut")();
    assert.deepEqual(violations(), []);
  });

  it("takes a refusal that comes again with a cut stream for the same one", () => {
    const entry = accepted("a");
    answered(entry, "x");
    entry.sendings.push({ gateway: "gateway 0", at: now, endedAt: now, outcome: "accepted" });
    const refused = { error: "UNAVAILABLE", text: "" };
    answered(entry, "", { ...refused, at: now - 100 });
    answered(entry, "", { ...refused, at: now + 5000, stream: "stream 0.2" });
    assert.ok(violations().includes("answered and refused"));
    disturbances.begin("stream 0.1", "cut")();
    assert.deepEqual(violations(), []);
  });

  it("does not let come again what came before its stream was cut for the first time", () => {
    const entry = accepted("a");
    answered(entry, "x", { at: now - 30_000 });
    answered(entry, "x", { at: now - 20_000, stream: "stream 0.2" });
    disturbances.begin("stream 0.1", "cut")();
    assert.deepEqual(violations(), ["delivered again although it was acknowledged"]);
  });

  it("lets a copy come late that was held on its way since it was computed", () => {
    const entry = accepted("a");
    attempted(entry, "x");
    answered(entry, "x", { gateway: "gateway 1", stream: "stream 1.1", at: now + 2000 });
    answered(entry, "x", { at: now + 3000 });
    assert.deepEqual(violations(), ["delivered again although it was acknowledged"]);
    disturbances.begin("stream 0.1", "hold")();
    assert.deepEqual(violations(), []);
  });

  it("does not let a copy come late that was held before it was computed", () => {
    const entry = accepted("a");
    attempted(entry, "x", { beganAt: now + 500, endedAt: now + 600 });
    answered(entry, "x", { gateway: "gateway 1", stream: "stream 1.1", at: now + 2000 });
    answered(entry, "x", { at: now + 3000 });
    disturbances.begin("stream 0.1", "hold")();
    assert.deepEqual(violations(), ["delivered again although it was acknowledged"]);
  });

  it("does not excuse it when something else broke", () => {
    const entry = accepted("a");
    answered(entry, "x");
    answered(entry, "x", { at: now + 5000 });
    disturbances.begin("gateway 1", "kill")();
    disturbances.begin("stream 0.2", "cut")();
    assert.deepEqual(violations(), ["delivered again although it was acknowledged"]);
  });

  it("finds two attempts' answers to one request, even when its request came again", () => {
    const entry = accepted("a");
    entry.sendings.push({ gateway: "gateway 1", at: now, endedAt: now, outcome: "accepted" });
    answered(entry, "x");
    answered(entry, "y");
    assert.deepEqual(violations(), ["answered by two attempts: one of them was fenced off"]);
  });

  it("finds a request that was refused and answered", () => {
    const entry = accepted("a");
    answered(entry, "x");
    answered(entry, "x", { error: "UNAVAILABLE" });
    disturbances.begin("database", "kill")();
    assert.deepEqual(violations(), ["answered and refused"]);
  });

  it("finds a session's requests that ran at once, unless a worker had lost its lease", () => {
    const [one, other] = [accepted("a"), accepted("b")];
    attempted(one, "x", { beganAt: now, endedAt: now + 100, worker: "worker 0" });
    attempted(other, "y", { beganAt: now + 50, endedAt: now + 150, worker: "worker 1" });
    answered(one, "x");
    answered(other, "y");
    assert.deepEqual(violations(), ["two requests of a session ran at once"]);
    disturbances.begin("worker 0", "freeze")();
    assert.deepEqual(violations(), []);
  });

  it("lets a worker that went on begin what it had claimed before it froze, and nothing else", () => {
    const atOnce = ["two requests of a session ran at once"];
    for (const [what, afterMs, expected] of [
      ["freeze", 300, []],
      ["freeze", 500, atOnce],
      ["unlink", 300, atOnce],
      ["kill", 300, atOnce],
    ] as const) {
      restart();
      const beganAt = now + afterMs;
      const [one, other] = [accepted("a"), accepted("b")];
      attempted(one, "x", { beganAt, endedAt: beganAt + 100, worker: "worker 0" });
      attempted(other, "y", { beganAt: beganAt + 50, endedAt: beganAt + 60, worker: "worker 1" });
      answered(one, "x");
      answered(other, "y");
      disturbances.begin("worker 0", what)();
      assert.deepEqual(violations(), expected);
    }
  });

  for (const what of ["kill", "end", "unlink", "freeze"] as const) {
    const isExcused = what === "freeze";
    it(`${isExcused ? "lets a worker have" : "finds"} a turn of another one that it stole after a ${what} of its own`, () => {
      const [one, other] = [accepted("a"), accepted("b")];
      attempted(one, "x", { beganAt: now - 5000, endedAt: now + 500, worker: "worker 0" });
      attempted(other, "y", { beganAt: now + 200, endedAt: now + 300, worker: "worker 1" });
      answered(one, "x");
      answered(other, "y");
      disturbances.begin("worker 1", what)();
      const expected = isExcused ? [] : ["two requests of a session ran at once"];
      assert.deepEqual(violations(), expected);
    });
  }

  it("finds a turn that was stolen from a worker that was killed before it had it", () => {
    const [one, other] = [accepted("a"), accepted("b")];
    attempted(one, "x", { beganAt: now + 10, endedAt: now + 100, worker: "worker 0" });
    attempted(other, "y", { beganAt: now + 50, endedAt: now + 60, worker: "worker 1" });
    answered(one, "x");
    answered(other, "y");
    disturbances.begin("worker 0", "kill")();
    assert.deepEqual(violations(), ["two requests of a session ran at once"]);
  });

  it("finds a session's requests that were answered out of order", () => {
    const [one, other] = [accepted("a"), accepted("b", { at: now + 10 })];
    attempted(one, "x", { beganAt: now + 30, endedAt: now + 40 });
    attempted(other, "y", { beganAt: now + 15, endedAt: now + 25 });
    answered(one, "x");
    answered(other, "y");
    assert.deepEqual(violations(), ["a session's requests were answered out of order"]);
  });

  it("does not know the order of a request that was refused at first", () => {
    const [one, other] = [accepted("a"), accepted("b", { at: now + 10 })];
    one.sendings.push({
      gateway: "gateway 0",
      at: now + 20,
      endedAt: now + 20,
      outcome: "accepted",
    });
    attempted(one, "x", { beganAt: now + 30, endedAt: now + 40 });
    attempted(other, "y", { beganAt: now + 15, endedAt: now + 25 });
    answered(one, "no", { error: "UNAVAILABLE" });
    answered(one, "x");
    answered(other, "y");
    assert.deepEqual(violations(), []);
  });

  it("does not know the order of requests that were sent at once", () => {
    const [one, other] = [accepted("a", { endedAt: now + 20 }), accepted("b", { at: now + 10 })];
    attempted(one, "x", { beganAt: now + 30, endedAt: now + 40 });
    attempted(other, "y", { beganAt: now + 15, endedAt: now + 25 });
    answered(one, "x");
    answered(other, "y");
    assert.deepEqual(violations(), []);
  });
});
