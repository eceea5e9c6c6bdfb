import assert from "node:assert/strict";
import {
  accessTo,
  answer,
  failure,
  ScriptedProvider,
  type Step,
} from "../../../test/fixtures/scripted-provider.ts";
import {
  failing,
  failureOf,
  scriptedRoutes,
  working,
} from "../../../test/fixtures/scripted-routes.ts";
import { AllProvidersFailedError } from "../../errors/route-errors.ts";

describe("RetryState with one candidate", () => {
  const routes = scriptedRoutes();

  describe("pauses", () => {
    it("doubles them, and varies them by half", async () => {
      const first = failing(failure("unavailable"));
      const router = routes.to([accessTo(first)], { retries: 3 }, { random: () => 0 });
      const asked = await routes.call(router);
      await failureOf(routes.clock.passPauses(asked.whole()));
      const begins = asked.trace.attempts.map(({ beganAt }) => beganAt - 1_000_000);
      assert.deepEqual(begins, [0, 50, 150, 350]);
    });

    it("keeps what Retry-After asks for", async () => {
      const first = failing(failure("rate-limit", { retryAfterMs: 8000 }));
      const router = routes.to([accessTo(first)], { retries: 1 }, { random: () => 0 });
      const asked = await routes.call(router);
      await failureOf(routes.clock.passPauses(asked.whole(), 9000));
      assert.deepEqual(
        asked.trace.attempts.map(({ beganAt }) => beganAt - 1_000_000),
        [0, 8000],
      );
    });

    it("leaves a provider that asks for too long a pause, and lets it rest", async () => {
      const first = failing(failure("rate-limit", { retryAfterMs: 30_000 }));
      const router = routes.to([accessTo(first, "a"), accessTo(working(), "b")]);
      await routes.ask(router);
      const second = await routes.call(router);
      await second.whole();
      assert.equal(first.calls.length, 1);
      const { candidates } = second.trace;
      assert.match(candidates[0]?.skipped ?? "", /asked to be left alone for another 30\.0 s/);
      routes.clock.pass(30_000);
      await routes.ask(router);
      assert.equal(first.calls.length, 2);
    });

    for (const retryAfterMs of [99_999_999_999, Number.POSITIVE_INFINITY]) {
      it(`lets a provider that asks for ${retryAfterMs} ms rest for an hour`, async () => {
        const first = failing(failure("rate-limit", { retryAfterMs }));
        const router = routes.to([accessTo(first, "a"), accessTo(working(), "b")]);
        await routes.ask(router);
        routes.clock.pass(3_599_999);
        await routes.ask(router);
        assert.equal(first.calls.length, 1);
        routes.clock.pass(1);
        await routes.ask(router);
        assert.equal(first.calls.length, 2);
      });
    }

    it("goes to the next one rather than to wait beyond the deadline", async () => {
      const first = failing(failure("rate-limit", { retryAfterMs: 5000 }));
      const router = routes.to([accessTo(first, "a"), accessTo(working(), "b")]);
      assert.equal(await routes.ask(router, { leftMs: 4000 }), "Hello.");
      assert.equal(first.calls.length, 1);
    });

    it("ends in the middle of a pause when the caller leaves", async () => {
      const first = failing(failure("unavailable"));
      const leaving = new AbortController();
      const asked = await routes.call(routes.to([accessTo(first)]), { signal: leaving.signal });
      const whole = asked.whole();
      await new Promise((resolve) => setImmediate(resolve));
      const reason = new Error("left");
      leaving.abort(reason);
      assert.equal(await failureOf(whole), reason);
      assert.equal(first.calls.length, 1);
      assert.equal(routes.clock.pending, 0);
    });
  });

  it("retries no more than its budget allows, however many ask", async () => {
    const first = failing(failure("rate-limit"));
    const router = routes.to([accessTo(first, "a"), accessTo(working(), "b")], {
      retryBudget: 0.1,
    });
    for (let request = 0; request < 200; request++) await routes.ask(router);
    const retries = first.calls.length - 200;
    assert.ok(retries >= 20 && retries <= 10 + 20 + 1, `${retries} retries`);
  });

  describe("while a model loads", () => {
    it("asks it again until it is there, when there is nobody else", async () => {
      const loading = failure("loading");
      const provider = new ScriptedProvider([
        ...Array.from({ length: 6 }, () => [loading]),
        answer("Awake."),
      ]);
      assert.equal(await routes.ask(routes.to([accessTo(provider)], { retries: 0 })), "Awake.");
    });

    it("gives it a longer first-token limit", async () => {
      const provider = new ScriptedProvider([[failure("loading")], ["silence"]]);
      const limits = { firstTokenMs: 1000, loadingMs: 20_000 };
      const asked = await routes.call(routes.to([accessTo(provider)], { limits }));
      const begin = routes.clock.now();
      await failureOf(routes.clock.passPauses(asked.whole(), 30_000));
      assert.deepEqual(
        asked.trace.attempts.map(({ reason }) => reason),
        ["loading", "timeout"],
      );
      assert.equal(routes.clock.now() - begin, 20_000 + 100);
    });

    it("gives up after loadingMs", async () => {
      const router = routes.to([accessTo(failing(failure("loading")))], {
        limits: { loadingMs: 20_000 },
      });
      const begin = routes.clock.now();
      const error = await failureOf(routes.ask(router));
      assert.ok(error instanceof AllProvidersFailedError);
      assert.ok(routes.clock.now() - begin <= 20_000);
    });
  });
});

const loading: readonly Step[] = [failure("loading")];

describe("whom a call asks when a model loads", () => {
  const routes = scriptedRoutes();
  const waking = (loads: number) =>
    new ScriptedProvider([...Array<readonly Step[]>(loads).fill(loading), answer("Awake.")]);

  it("is the next one first", async () => {
    const sleeper = waking(1);
    const router = routes.to([accessTo(sleeper, "a"), accessTo(working(), "b")]);
    assert.equal(await routes.ask(router), "Hello.");
    assert.equal(sleeper.calls.length, 1);
  });

  it("is the same again when the others have failed, fallbacks included", async () => {
    const others = [failing(failure("unavailable")), failing(failure("quota"))];
    const accesses = [waking(5), ...others].map((each, index) => accessTo(each, `p${index}`));
    const asked = await routes.call(routes.to(accesses, { fallbackModels: ["other"] }));
    assert.equal((await routes.clock.passPauses(asked.whole(), 11_000)).text, "Awake.");
    const { attempts, chosen } = asked.trace;
    assert.equal(chosen?.profile, "p0");
    const profiles = attempts.map(({ profile }) => profile);
    assert.deepEqual(profiles.slice(0, 5), ["p0", "p1", "p1", "p1", "p2"]);
    assert.ok(attempts.some(({ model }) => model === "other"));
  });

  it("is whoever is due first when several load", async () => {
    const [slow, quick] = [new ScriptedProvider([loading]), waking(3)];
    const router = routes.to([accessTo(slow, "a"), accessTo(quick, "b")]);
    const asked = await routes.call(router);
    await routes.clock.passPauses(asked.whole(), 11_000);
    assert.deepEqual(
      asked.trace.attempts.map(({ profile }) => profile),
      ["a", "b", "a", "b", "a", "b", "a", "b"],
    );
  });

  it("is nobody beyond the deadline", async () => {
    const router = routes.to([
      accessTo(new ScriptedProvider([loading]), "a"),
      accessTo(failing(failure("quota")), "b"),
    ]);
    const begin = routes.clock.now();
    await failureOf(routes.ask(router, { leftMs: 20_000 }));
    const tookMs = routes.clock.now() - begin;
    assert.ok(tookMs > 10_000 && tookMs < 20_000, `${tookMs} ms`);
  });
});
