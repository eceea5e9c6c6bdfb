import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { ManualClock } from "../../../test/fixtures/manual-clock.ts";
import {
  accessTo,
  answer,
  failure,
  finish,
  ScriptedProvider,
  type Step,
  text,
} from "../../../test/fixtures/scripted-provider.ts";
import type { ChatEvent } from "../../data-models/chat.ts";
import { ProviderError } from "../../errors/model-errors.ts";
import { HealthBook } from "../health/candidate-health.ts";
import { RouteConfig, RouteLimits } from "../plan/route-config.ts";
import { Attempt, type Starting } from "./attempt.ts";

const limits = RouteLimits.parse({
  connectMs: 100,
  firstTokenMs: 1000,
  idleMs: 300,
  totalMs: 5000,
});
const route = RouteConfig.parse({ name: "r", model: "m" });

type Seen = ChatEvent | Starting;

describe("an attempt", () => {
  let clock: ManualClock;
  let leaving: AbortController;

  beforeEach(() => {
    clock = new ManualClock();
    leaving = new AbortController();
  });

  function begin(
    script: readonly Step[],
    options: { tellsOpening?: boolean; leftMs?: number } = {},
  ) {
    const { leftMs = 60_000, ...rest } = options;
    const provider = new ScriptedProvider([script], rest);
    const access = accessTo(provider);
    const health = new HealthBook(clock, () => 0.5).of(route, "main", "m");
    const turn = { access, model: "m", isFallback: false, price: null, health };
    const deadline = clock.now() + leftMs;
    const request = { messages: [{ role: "user" as const, content: "Hello" }] };
    const { signal } = leaving;
    const attempt = new Attempt({ turn, request, limits, deadline, signal, clock });
    return { attempt, provider };
  }

  /** What came until the end, or until the error that was the end. */
  async function read(attempt: Attempt): Promise<{ seen: readonly Seen[]; error: unknown }> {
    const seen: Seen[] = [];
    try {
      for await (const event of attempt.events()) seen.push(event);
    } catch (error) {
      return { seen, error };
    }
    return { seen, error: null };
  }

  async function settled(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }

  for (const [limit, atMs, script, options] of [
    ["connectMs", 100, ["silence"], { tellsOpening: true }],
    ["firstTokenMs", 1000, ["silence"], {}],
    ["firstTokenMs", 1000, ["open", "silence"], { tellsOpening: true }],
    ["firstTokenMs", 1000, [text(""), "silence"], {}],
    ["idleMs", 300, [text("Once"), "silence"], {}],
    ["deadline", 50, ["silence"], { leftMs: 50 }],
    ["deadline", 50, [text("Once"), "silence"], { leftMs: 50 }],
  ] as const) {
    it(`ends at ${limit}, not before, and the provider hears of it: ${describeScript(script)}`, async () => {
      const { attempt, provider } = begin(script, options);
      const reading = read(attempt);
      await settled();
      clock.pass(atMs - 1);
      await settled();
      assert.equal(attempt.limit, null);
      assert.equal(provider.calls[0]?.signal.aborted, false);
      clock.pass(1);
      const { error } = await reading;
      assert.ok(error instanceof ProviderError);
      assert.equal(error.reason, "timeout");
      assert.equal(attempt.limit, limit);
      assert.equal(provider.calls[0]?.signal.aborted, true);
      assert.equal(clock.pending, 0);
    });
  }

  it("ends at totalMs while its pieces keep coming", async () => {
    const pieces = Array.from({ length: 100 }, () => text("and"));
    const { attempt } = begin([...pieces, finish()]);
    const seen: Seen[] = [];
    await assert.rejects(async () => {
      for await (const event of attempt.events()) {
        seen.push(event);
        clock.pass(200);
      }
    }, ProviderError);
    assert.equal(attempt.limit, "totalMs");
    assert.equal(seen.length, 25);
  });

  it("does not charge the provider for a caller who reads slowly", async () => {
    const { attempt } = begin([text("Once"), text("upon"), finish()]);
    let count = 0;
    for await (const _ of attempt.events()) {
      count += 1;
      clock.pass(1000);
    }
    assert.equal(count, 3);
    assert.equal(attempt.limit, null);
  });

  it("has no limit until the opening where the provider does not tell it", async () => {
    const { attempt } = begin(["silence"]);
    const reading = read(attempt);
    await settled();
    clock.pass(999);
    assert.equal(attempt.limit, null);
    clock.pass(1);
    await reading;
  });

  it("measures until the first content and until the end, and leaves no timer", async () => {
    const { attempt } = begin(answer("Hello"));
    const { seen, error } = await read(attempt);
    assert.equal(error, null);
    assert.deepEqual(seen, [text("Hello"), finish()]);
    assert.equal(attempt.firstTokenAt, attempt.beganAt);
    assert.deepEqual(attempt.usage, { inputTokens: 20, outputTokens: 60 });
    assert.equal(clock.pending, 0);
  });

  it("takes an answer without its finish for a broken one", async () => {
    const { error } = await read(begin([text("Once")]).attempt);
    assert.ok(error instanceof ProviderError);
    assert.equal(error.reason, "broken-stream");
  });

  it("passes the provider's own error on", async () => {
    const thrown = failure("rate-limit");
    const { seen, error } = await read(begin([text("Once"), thrown]).attempt);
    assert.equal(error, thrown);
    assert.deepEqual(seen, [text("Once")]);
  });

  it("ends with the caller's reason, and the provider hears of it at once", async () => {
    const { attempt, provider } = begin(["silence"]);
    const reading = read(attempt);
    await settled();
    const reason = new Error("left");
    leaving.abort(reason);
    assert.equal(provider.calls[0]?.signal.aborted, true);
    assert.equal(provider.calls[0]?.signal.reason, reason);
    assert.equal((await reading).error, reason);
  });

  it("does not wait for a provider that is deaf", async () => {
    const { attempt } = begin([]);
    const deaf = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
    attempt.turn.access.provider.stream = () => deaf;
    const reading = read(attempt);
    await settled();
    clock.pass(1000);
    assert.equal((await reading).error instanceof ProviderError, true);
  });

  it("leaves no timer behind a provider that fails before it begins, or while it is left", async () => {
    const { attempt } = begin([]);
    const thrown = new Error("at once");
    attempt.turn.access.provider.stream = () => {
      throw thrown;
    };
    assert.equal((await read(attempt)).error, thrown);
    assert.equal(clock.pending, 0);
    const other = begin([]).attempt;
    other.turn.access.provider.stream = () => ({
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false, value: text("Once") }),
        return: () => Promise.reject(thrown),
      }),
    });
    for await (const _ of other.events()) break;
    await settled();
    assert.equal(clock.pending, 0);
  });

  it("aborts the provider's signal when the reader leaves", async () => {
    const { attempt, provider } = begin([text("Once"), "silence"]);
    for await (const _ of attempt.events()) break;
    assert.equal(provider.calls[0]?.signal.aborted, true);
    assert.equal(clock.pending, 0);
  });

  it("leaves nothing behind at the caller's signal", async () => {
    await read(begin(answer("Hello")).attempt);
    assert.deepEqual(getEventListeners(leaving.signal, "abort"), []);
  });

  it("does not abort the signal of an answer that is complete", async () => {
    const { attempt, provider } = begin(answer("Hello"));
    await read(attempt);
    assert.equal(provider.calls[0]?.signal.aborted, false);
  });
});

function describeScript(script: readonly Step[]): string {
  return script
    .map((step) => (typeof step === "string" ? step : "type" in step ? step.type : "error"))
    .join(", ");
}
