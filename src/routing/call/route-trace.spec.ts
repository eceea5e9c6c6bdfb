import assert from "node:assert/strict";
import {
  accessTo,
  answer,
  failure,
  finish,
  ScriptedProvider,
  text,
} from "../../../test/fixtures/scripted-provider.ts";
import { failureOf, scriptedRoutes } from "../../../test/fixtures/scripted-routes.ts";
import type { ChatRequest } from "../../data-models/chat.ts";
import { AllProvidersFailedError } from "../../errors/route-errors.ts";
import { RouteConfig } from "../plan/route-config.ts";
import { Router } from "../router.ts";

describe("the trace of a call", () => {
  const routes = scriptedRoutes();

  for (const [servedModel, expected] of [
    [undefined, null],
    ["M", null],
    ["tiny.gguf", "tiny.gguf"],
    ["x".repeat(1000), "x".repeat(200)],
  ] as const) {
    it(`names who answered, where it is another than was asked: ${expected?.slice(0, 20)}`, async () => {
      const options = servedModel === undefined ? {} : { servedModel };
      const provider = new ScriptedProvider([answer("Hello.")], options);
      const call = await routes.call(routes.to([accessTo(provider)]));
      await call.whole();
      assert.equal(call.trace.attempts[0]?.servedModel, expected);
    });
  }

  it("counts every attempt that may be billed", async () => {
    const provider = new ScriptedProvider([
      [failure("unavailable")],
      [text("Hello."), finish("stop", { inputTokens: 1_000_000, outputTokens: 100_000 })],
    ]);
    const prices = { "self-hosted/m": { inputPerMillion: 2, outputPerMillion: 10 } };
    const route = RouteConfig.parse({ name: "r", model: "m" });
    const accessesOf = () => [accessTo(provider)];
    const router = new Router({ routes: [route], prices, accessesOf, clock: routes.clock });
    const asked = await routes.call(router);
    await routes.clock.passPauses(asked.whole());
    assert.deepEqual(
      asked.trace.attempts.map(({ cost }) => cost),
      [0, 3],
    );
    assert.equal(asked.trace.cost, 3);
  });

  it("does not know what an attempt cost that may have been billed and told no tokens", async () => {
    const provider = new ScriptedProvider([
      [text("Half"), failure("broken-stream")],
      answer("Whole."),
    ]);
    const prices = { "self-hosted/m": { inputPerMillion: 2, outputPerMillion: 10 } };
    const route = RouteConfig.parse({ name: "r", model: "m" });
    const router = new Router({
      routes: [route],
      prices,
      accessesOf: () => [accessTo(provider)],
      clock: routes.clock,
    });
    const asked = await routes.call(router);
    await routes.clock.passPauses(asked.whole());
    const [broken, answered] = asked.trace.attempts;
    assert.equal(broken?.cost, null);
    assert.equal(answered?.cost, (20 * 2 + 60 * 10) / 1e6);
    assert.equal(asked.trace.cost, null);
  });

  it("knows what an attempt cost that told its tokens and no words", async () => {
    const provider = new ScriptedProvider([[finish()], answer("Hello.")]);
    const prices = { "self-hosted/m": { inputPerMillion: 2, outputPerMillion: 10 } };
    const route = RouteConfig.parse({ name: "r", model: "m" });
    const accessesOf = () => [accessTo(provider)];
    const router = new Router({ routes: [route], prices, accessesOf, clock: routes.clock });
    const asked = await routes.call(router);
    await routes.clock.passPauses(asked.whole());
    const each = (20 * 2 + 60 * 10) / 1e6;
    assert.deepEqual(
      asked.trace.attempts.map(({ outcome, cost }) => [outcome, cost]),
      [
        ["failed", each],
        ["answered", each],
      ],
    );
  });

  it("tells why an answer ended, and of no other attempt", async () => {
    const provider = new ScriptedProvider([
      [failure("unavailable")],
      [text("Half"), finish("content-filter")],
    ]);
    const asked = await routes.call(routes.to([accessTo(provider)]));
    await routes.clock.passPauses(asked.whole());
    assert.deepEqual(
      asked.trace.attempts.map(({ finishReason }) => finishReason),
      [null, "content-filter"],
    );
  });

  it("has neither keys nor anybody's words in trace and error", async () => {
    const words = "CANARY-words";
    const provider = new ScriptedProvider([
      [text(words), failure("broken-stream")],
      [new Error(`CANARY-key in a stack, and ${words}`)],
    ]);
    const request: ChatRequest = { messages: [{ role: "user", content: words }] };
    const asked = await routes.call(routes.to([accessTo(provider)]), { request });
    const error = await failureOf(routes.clock.passPauses(asked.whole()));
    assert.ok(error instanceof AllProvidersFailedError);
    assert.doesNotMatch(JSON.stringify(asked.trace), /CANARY/);
    assert.doesNotMatch(`${error.message}${JSON.stringify(error)}`, /CANARY/);
  });
});
