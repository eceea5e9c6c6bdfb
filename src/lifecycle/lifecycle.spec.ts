import assert from "node:assert/strict";
import { Lifecycle, type Part } from "./lifecycle.ts";

describe("Lifecycle", () => {
  let log: string[];
  const part = (name: string, changes: Partial<Part> = {}): Part => ({
    name,
    start: () => log.push(`start ${name}`),
    stop: () => log.push(`stop ${name}`),
    ...changes,
  });
  const lifecycle = (...parts: Part[]) =>
    new Lifecycle(parts, {
      startTimeoutMs: 50,
      onStopError: (name, error) => log.push(`${name} failed to stop: ${error}`),
    });

  beforeEach(() => {
    log = [];
  });

  it("starts in order and stops in reverse", async () => {
    const subject = lifecycle(part("a"), part("b"), part("c"));
    await subject.start();
    await subject.stop();
    assert.deepEqual(log, ["start a", "start b", "start c", "stop c", "stop b", "stop a"]);
  });

  it("stops what was started when a part fails to start, and throws its error", async () => {
    const failing = part("b", { start: () => Promise.reject(new Error("no")) });
    await assert.rejects(lifecycle(part("a"), failing, part("c")).start(), /no/);
    assert.deepEqual(log, ["start a", "stop a"]);
  });

  it("stops the others when one fails to stop", async () => {
    const failing = part("b", { stop: () => Promise.reject(new Error("stuck")) });
    const subject = lifecycle(part("a"), failing);
    await subject.start();
    await subject.stop();
    assert.deepEqual(log.slice(2), ["b failed to stop: Error: stuck", "stop a"]);
  });

  it("stops the others when one does not stop in time, or does not end its start", async () => {
    const hanging = new Promise(() => {});
    const stopped = lifecycle(part("a"), part("b", { stop: () => hanging, stopTimeoutMs: 50 }));
    assert.equal(await stopped.start(), true);
    await stopped.stop();
    assert.deepEqual(log.slice(2), ["b failed to stop: Error: not done within 50 ms", "stop a"]);
    log = [];
    const begun = Promise.withResolvers<void>();
    const startForEver = () => {
      begun.resolve();
      return hanging;
    };
    const starting = lifecycle(part("a"), part("b", { start: startForEver }));
    void starting.start();
    await begun.promise;
    await starting.stop();
    assert.deepEqual(log, [
      "start a",
      "start failed to stop: Error: not done within 50 ms",
      "stop a",
    ]);
  });

  it("stops once, however often it is asked", async () => {
    const subject = lifecycle(part("a"));
    await subject.start();
    await Promise.all([subject.stop(), subject.stop()]);
    await subject.stop();
    assert.deepEqual(log, ["start a", "stop a"]);
  });

  it("starts nothing more once it is asked to stop, and stops what is being started", async () => {
    let stopping = Promise.resolve();
    const slow = part("slow", {
      start: async () => {
        stopping = subject.stop();
        await Promise.resolve();
      },
    });
    const subject = lifecycle(part("a"), slow, part("c"));
    assert.equal(await subject.start(), false);
    await stopping;
    assert.deepEqual(log, ["start a", "stop slow", "stop a"]);
  });
});
