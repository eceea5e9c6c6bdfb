import assert from "node:assert/strict";
import {
  accessTo,
  answer,
  failure,
  ScriptedProvider,
} from "../../../test/fixtures/scripted-provider.ts";
import {
  failureOf,
  scope,
  scriptedRoutes,
  working,
} from "../../../test/fixtures/scripted-routes.ts";

describe("the time of a request, shared between candidates", () => {
  const routes = scriptedRoutes();
  const silent = () => new ScriptedProvider([["silence"]]);

  it("is half of what is left for each but the last, who has all of it", async () => {
    const silents = [silent(), silent(), silent()].map((each, index) =>
      accessTo(each, `p${index}`),
    );
    const asked = await routes.call(routes.to(silents), { leftMs: 8000 });
    await failureOf(routes.clock.passPauses(asked.whole(), 8000));
    assert.deepEqual(
      asked.trace.attempts.map(({ durationMs, limit, reason }) => [durationMs, limit, reason]),
      [
        [4000, "firstTokenMs", "timeout"],
        [2000, "firstTokenMs", "timeout"],
        [2000, "deadline", "timeout"],
      ],
    );
    assert.match(asked.failures[0]?.error.message ?? "", /4000 ms, its share of the time/);
  });

  it("lets a fallback answer where the deadline is no longer than the limit", async () => {
    const router = routes.to([accessTo(silent(), "a"), accessTo(working(), "b")]);
    assert.equal(await routes.ask(router, { leftMs: 10_000 }), "Hello.");
  });

  it("is the route's limit where that is shorter", async () => {
    const limits = { firstTokenMs: 1000 };
    const asked = await routes.call(
      routes.to([accessTo(silent(), "a"), accessTo(working(), "b")], { limits }),
    );
    await routes.clock.passPauses(asked.whole(), 1000);
    assert.equal(asked.trace.attempts[0]?.durationMs, 1000);
    assert.match(asked.failures[0]?.error.message ?? "", /firstTokenMs of the route/);
  });

  it("is not shared with those who cannot be asked now", async () => {
    const limited = new ScriptedProvider([[failure("rate-limit", { retryAfterMs: 60_000 })]]);
    const router = routes.to([accessTo(silent(), "a"), accessTo(limited, "b")]);
    await failureOf(routes.clock.passPauses((await routes.call(router)).whole(), 60_000));
    const asked = await routes.call(router, { leftMs: 10_000 });
    await failureOf(routes.clock.passPauses(asked.whole(), 10_000));
    assert.equal(asked.trace.attempts[0]?.durationMs, 10_000);
  });

  it("is shared with one that loads", async () => {
    const loading = new ScriptedProvider([[failure("loading")], answer("Awake.")]);
    const router = routes.to([accessTo(loading, "a"), accessTo(silent(), "b")]);
    assert.equal(await routes.ask(router, { leftMs: 10_000 }), "Awake.");
  });

  it("blames who was silent for long, and nobody who had little time", async () => {
    for (const [leftMs, breaker] of [
      [29_000, "open"],
      [1000, "closed"],
    ] as const) {
      const router = routes.to([accessTo(silent(), "a"), accessTo(working(), "b")], {
        breaker: { windowMs: 600_000 },
      });
      for (let request = 0; request < 5; request++) {
        const asked = await routes.call(router, { leftMs });
        await routes.clock.passPauses(asked.whole(), 30_000);
      }
      const [candidate] = (await router.explain({ route: "r", scope })).candidates;
      assert.equal(candidate?.breaker, breaker, `${leftMs} ms`);
    }
  });

  it("bounds an answer that comes whole at its end, and does not blame its silence", async () => {
    const whole = Object.assign(silent(), { comesInParts: () => false });
    const router = routes.to([accessTo(whole, "a"), accessTo(working(), "b")]);
    const asked = await routes.call(router);
    await routes.clock.passPauses(asked.whole(), 30_000);
    const [attempt] = asked.trace.attempts;
    assert.deepEqual([attempt?.limit, attempt?.durationMs], ["totalMs", 30_000]);
    for (let request = 0; request < 9; request++)
      await routes.clock.passPauses((await routes.call(router)).whole(), 30_000);
    assert.equal(whole.calls.length, 10);
  });
});
