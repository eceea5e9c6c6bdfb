import assert from "node:assert/strict";
import { ManualClock } from "../../../test/fixtures/manual-clock.ts";
import {
  accessTo,
  finish,
  ScriptedProvider,
  text,
} from "../../../test/fixtures/scripted-provider.ts";
import type { ChatEvent } from "../../data-models/chat.ts";
import type { ProviderContext } from "../../providers/provider.ts";
import { HealthBook } from "../health/candidate-health.ts";
import { RouteConfig, RouteLimits } from "../plan/route-config.ts";
import { Attempt } from "./attempt.ts";

const limits = RouteLimits.parse({ connectMs: 100, firstTokenMs: 1000, idleMs: 300 });
const route = RouteConfig.parse({ name: "r", model: "m" });

/** A provider that does what the test tells it to, when it does. */
class LedProvider extends ScriptedProvider {
  readonly comesInParts: () => boolean;
  readonly #events: ChatEvent[] = [];
  #context: ProviderContext | undefined;
  #wake = () => {};

  constructor(comesInParts: boolean) {
    super([], { tellsOpening: true });
    this.comesInParts = () => comesInParts;
  }

  get context(): ProviderContext {
    return this.#context ?? assert.fail("nobody asked");
  }

  async say(event: ChatEvent): Promise<void> {
    this.#events.push(event);
    this.#wake();
    await settled();
  }

  override async *stream(_model: string, _request: unknown, context: ProviderContext) {
    this.#context = context;
    for (;;) {
      const event = this.#events.shift();
      if (event) yield event;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}

describe("the life of a provider within an attempt", () => {
  let clock: ManualClock;
  beforeEach(() => {
    clock = new ManualClock();
  });

  async function begin({ comesInParts = true } = {}) {
    const provider = new LedProvider(comesInParts);
    const access = accessTo(provider);
    const health = new HealthBook(clock, () => 0.5).of(route, "main", "m");
    const turn = { access, model: "m", isFallback: false, price: null, health };
    const attempt = new Attempt({
      turn,
      request: { messages: [{ role: "user", content: "Hello" }] },
      limits,
      deadline: clock.now() + 60_000,
      signal: new AbortController().signal,
      clock,
    });
    const events = attempt.events();
    const first = events.next();
    // What it ends with, the tests read from the attempt.
    first.catch(() => {});
    await settled();
    return { attempt, provider, events, first };
  }

  it("ends the limit of the first token with a sign of life, which is no token", async () => {
    const { attempt, provider, first } = await begin();
    clock.pass(99);
    provider.context.onProgress?.();
    for (let count = 10; count > 0; count--) {
      clock.pass(299);
      provider.context.onProgress?.();
    }
    assert.deepEqual([attempt.limit, attempt.firstTokenAt], [null, null]);
    clock.pass(200);
    await provider.say(text("Once"));
    assert.deepEqual((await first).value, text("Once"));
    assert.equal(attempt.firstTokenAt, clock.now());
  });

  it("takes silence after a sign of life for a standstill", async () => {
    const { attempt, provider, first } = await begin();
    provider.context.onProgress?.();
    clock.pass(299);
    assert.equal(attempt.limit, null);
    clock.pass(1);
    assert.equal(attempt.limit, "idleMs");
    await assert.rejects(first, /stood still for 300 ms/);
    // Nobody listens any more.
    provider.context.onProgress?.();
    assert.equal(clock.pending, 0);
  });

  it("takes a sign of life between two pieces for one, too", async () => {
    const { attempt, provider, events, first } = await begin();
    await provider.say(text("Once"));
    await first;
    const second = events.next();
    await settled();
    clock.pass(299);
    provider.context.onProgress?.();
    clock.pass(299);
    await provider.say(text("upon"));
    assert.deepEqual((await second).value, text("upon"));
    assert.equal(attempt.limit, null);
  });

  it("does not run while the caller reads, nor after the end, whatever signs come", async () => {
    const { attempt, provider, events, first } = await begin();
    await provider.say(text("Once"));
    await first;
    provider.context.onProgress?.();
    clock.pass(1000);
    assert.equal(attempt.limit, null);
    const second = events.next();
    await provider.say(finish());
    await second;
    await events.return();
    provider.context.onProgress?.();
    provider.context.onOpen?.();
    assert.equal(clock.pending, 0);
  });

  it("has no limit of silence where the answer comes whole", async () => {
    const { attempt, provider, events, first } = await begin({ comesInParts: false });
    clock.pass(20_000);
    provider.context.onOpen?.();
    clock.pass(10_000);
    provider.context.onProgress?.();
    clock.pass(10_000);
    await provider.say(text("Once"));
    await first;
    const second = events.next();
    await settled();
    clock.pass(19_999);
    assert.equal(attempt.limit, null);
    clock.pass(1);
    assert.equal(attempt.limit, "deadline");
    await assert.rejects(second);
  });
});

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
