import assert from "node:assert/strict";
import { mock } from "node:test";
import type { Delivery } from "../../../queue/request-queue.ts";
import { SilentStreams, UnreadAnswers } from "./send-prediction.ts";
import { UnderWay } from "./under-way.ts";

describe("SilentStreams", () => {
  let now = 0;
  let released: string[] = [];

  beforeEach(() => {
    now = 0;
    released = [];
    mock.timers.enable({ apis: ["setTimeout"] });
  });

  afterEach(() => mock.timers.reset());

  function delivery(messageID: string): Delivery {
    return {
      sessionID: "",
      messageID,
      answer: { text: "yes", outcome: "OK" },
      times: { receivedAt: 0, claimedAt: null, answeredAt: 0 },
      repeated: false,
      done: () => {},
      release: () => released.push(messageID),
      again: () => {},
    };
  }

  function pass(milliseconds: number): void {
    now += milliseconds;
    mock.timers.tick(milliseconds);
  }

  it("gives nothing more to a client that has acknowledged nothing for five seconds", () => {
    const stream = new UnderWay(() => now);
    const first = delivery("1");
    stream.add(first);
    now = 4000;
    assert.ok(stream.hasRoom);
    now = 6000;
    assert.ok(!stream.hasRoom);
    assert.equal(stream.remove(first), true);
    assert.ok(stream.hasRoom);
  });

  it("leaves a silent stream what it has while nobody else could deliver it", () => {
    const streams = new SilentStreams();
    const only = new UnderWay(() => now);
    streams.add(only);
    only.add(delivery("1"));
    streams.watch();
    pass(600_000);
    assert.deepEqual(released, []);
  });

  it("gives what a silent stream has to the next one that is opened", () => {
    const streams = new SilentStreams();
    const frozen = new UnderWay(() => now);
    streams.add(frozen);
    const first = delivery("1");
    frozen.add(first);
    streams.watch();
    pass(41_000);
    streams.add(new UnderWay(() => now));
    assert.deepEqual(released, ["1"]);
    assert.ok(!frozen.hasRoom);
    // It thaws, and acknowledges what is not its own any more.
    assert.equal(frozen.remove(first), false);
    assert.ok(frozen.hasRoom);
  });

  it("gives it to one that is open already after forty seconds of silence, and takes nothing from who reads", () => {
    const streams = new SilentStreams();
    const [frozen, reading] = [new UnderWay(() => now), new UnderWay(() => now)];
    streams.add(frozen);
    streams.add(reading);
    frozen.add(delivery("1"));
    streams.watch();
    pass(30_000);
    const second = delivery("2");
    reading.add(second);
    streams.watch();
    pass(10_000);
    assert.deepEqual(released, ["1"]);
    reading.remove(second);
    pass(80_000);
    assert.deepEqual(released, ["1"]);
  });
});

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
