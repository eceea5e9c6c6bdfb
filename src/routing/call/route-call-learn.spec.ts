import assert from "node:assert/strict";
import {
  ableToAll,
  accessTo,
  answer,
  ScriptedProvider,
} from "../../../test/fixtures/scripted-provider.ts";
import { failureOf, scriptedRoutes, working } from "../../../test/fixtures/scripted-routes.ts";
import { ProviderError } from "../../errors/model-errors.ts";
import type { Capabilities } from "../../providers/provider.ts";

/** One of whom it shows only when it is asked what it can do. */
class Unknown extends ScriptedProvider {
  learnt = 0;
  readonly #told: Partial<Capabilities>;

  constructor(told: Partial<Capabilities>, script = answer("Well.")) {
    super([script], { name: "Unknown" });
    this.#told = told;
  }

  override capabilities(): Capabilities {
    return { ...ableToAll, ...(this.learnt > 0 && this.#told) };
  }

  async learn(): Promise<void> {
    this.learnt++;
  }
}

const long = { messages: [{ role: "user" as const, content: "Once upon a time. ".repeat(1000) }] };

describe("a call to who can tell what it is able to", () => {
  const routes = scriptedRoutes();

  it("passes over who turns out unable, and does not ask", async () => {
    const small = new Unknown({ contextTokens: 100 });
    const router = routes.to([accessTo(small, "a"), accessTo(working(), "b")]);
    const call = await routes.call(router, { request: long });
    assert.equal((await call.whole()).text, "Hello.");
    assert.deepEqual([small.learnt, small.calls.length], [1, 0]);
    assert.match(call.trace.candidates[0]?.skipped ?? "", /room for 100/);
  });

  it("finds the larger window after a refusal, though it was not known", async () => {
    const refusal = new ProviderError("Unknown", "INVALID_ARGUMENT", "too long.", {
      reason: "context-length",
    });
    const small = new Unknown({ contextTokens: 8192 }, [refusal]);
    const large = new Unknown({ contextTokens: 16_384 });
    const router = routes.to([accessTo(small, "a"), accessTo(large, "b")]);
    assert.equal(await routes.ask(router, { request: long }), "Well.");
  });

  it("lets who rests rest", async () => {
    const failed = new ProviderError("Unknown", "UNAVAILABLE", "down.", { reason: "unavailable" });
    const resting = new Unknown({}, [failed]);
    const config = { retries: 0, breaker: { failures: 1 } };
    const router = routes.to([accessTo(resting)], config);
    for (let request = 0; request < 3; request++) await failureOf(routes.ask(router));
    assert.equal(resting.learnt, 1);
  });

  it("is left with the caller", async () => {
    const leaving = new AbortController();
    const asked = Promise.withResolvers<void>();
    const silent = Object.assign(new ScriptedProvider([answer("Late.")]), {
      learn: (_model: string, _request: unknown, { signal }: { readonly signal: AbortSignal }) =>
        new Promise<void>((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
          asked.resolve();
        }),
    });
    const call = await routes.call(routes.to([accessTo(silent)]), { signal: leaving.signal });
    const whole = call.whole();
    await asked.promise;
    leaving.abort(new Error("left"));
    await assert.rejects(whole, /left/);
    assert.equal(silent.calls.length, 0);
  });
});
