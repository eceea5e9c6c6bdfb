import assert from "node:assert/strict";
import {
  accessTo,
  answer,
  failure,
  ScriptedProvider,
  type Step,
  text,
} from "../../../test/fixtures/scripted-provider.ts";
import {
  failing,
  failureOf,
  scope,
  scriptedRoutes,
  working,
} from "../../../test/fixtures/scripted-routes.ts";
import { AllProvidersFailedError } from "../../errors/route-errors.ts";

/** A model at zero: its requests are held without a word until `wake`. */
class Sleeper extends ScriptedProvider {
  readonly wake: () => void;

  constructor(after: readonly Step[] = ["open", ...answer("Awake.")]) {
    const { promise, resolve } = Promise.withResolvers<void>();
    super([[promise, ...after]], { startsInSilence: true, name: "Sleeper" });
    this.wake = resolve;
  }

  /** How many of its requests nobody has ended. */
  get held(): number {
    return this.calls.filter(({ signal }) => !signal.aborted).length;
  }
}

describe("a model that may be at zero", () => {
  const routes = scriptedRoutes();
  const settled = async () => {
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  /** Asks, and goes on once the limit of silence has passed. */
  const askPast = async (router: ReturnType<typeof routes.to>, silenceMs: number) => {
    const asked = await routes.call(router, { leftMs: 600_000 });
    const whole = asked.whole();
    whole.catch(() => {});
    await settled();
    routes.clock.pass(silenceMs);
    await settled();
    return { asked, whole };
  };
  const toBoth = (
    sleeper: ScriptedProvider,
    other: ScriptedProvider = working(),
    config: object = {},
  ) => routes.to([accessTo(sleeper, "a"), accessTo(other, "b")], config);

  describe("while others may answer", () => {
    it("is left to start: the next one answers, and the request is held open", async () => {
      const sleeper = new Sleeper();
      const { asked, whole } = await askPast(toBoth(sleeper), 30_000);
      assert.equal((await whole).text, "Hello.");
      await settled();
      assert.equal(sleeper.held, 1);
      const [first] = asked.trace.attempts;
      assert.deepEqual(
        [first?.outcome, first?.reason, first?.durationMs],
        ["failed", "loading", 30_000],
      );
      assert.equal(asked.trace.cost, null);
      assert.match(asked.failures[0]?.error.message ?? "", /may be starting.*held open/);
    });

    it("is waited for by one request alone; the others do not wait at all", async () => {
      const sleeper = new Sleeper();
      const router = toBoth(sleeper);
      await (await askPast(router, 30_000)).whole;
      for (let request = 0; request < 10; request++) {
        const { asked, whole } = await askPast(router, 0);
        assert.equal((await whole).text, "Hello.");
        assert.match(asked.trace.candidates[0]?.skipped ?? "", /being started.*another request/);
      }
      assert.equal(sleeper.calls.length, 1);
    });

    it("keeps one of several that began to wait together", async () => {
      const sleeper = new Sleeper();
      const router = toBoth(sleeper);
      const calls = await Promise.all([askPast(router, 0), askPast(router, 0), askPast(router, 0)]);
      assert.equal(sleeper.calls.length, 3);
      routes.clock.pass(30_000);
      await Promise.all(calls.map(({ whole }) => whole));
      await settled();
      assert.equal(sleeper.held, 1);
    });

    it("is asked first again as soon as it is there, and nobody's answer is made", async () => {
      const sleeper = new Sleeper();
      const router = toBoth(sleeper);
      await (await askPast(router, 30_000)).whole;
      sleeper.wake();
      await settled();
      assert.equal(sleeper.held, 0);
      assert.equal(routes.clock.pending, 0);
      assert.equal(await routes.ask(router), "Awake.");
    });

    it("is held for loadingMs, blamed for nothing, and then held by the next request at once", async () => {
      const sleeper = new Sleeper();
      const router = toBoth(sleeper, working(), { limits: { loadingMs: 50_000 } });
      await (await askPast(router, 30_000)).whole;
      for (let round = 1; round < 8; round++) {
        routes.clock.pass(50_000);
        await settled();
        assert.equal(sleeper.held, 0);
        const { whole } = await askPast(router, 0);
        assert.equal((await whole).text, "Hello.");
        assert.deepEqual([sleeper.held, sleeper.calls.length], [1, round + 1]);
      }
      const [candidate] = (await router.explain({ route: "r", scope })).candidates;
      assert.equal(candidate?.breaker, "closed");
      assert.equal(candidate?.speed.isMeasured, false);
    });

    it("has its failure counted also when nobody waits for its answer any more", async () => {
      const failed = new Sleeper(["open", failure("unavailable")]);
      const router = toBoth(failed, working(), { breaker: { failures: 1 } });
      await (await askPast(router, 30_000)).whole;
      failed.wake();
      await settled();
      const [candidate] = (await router.explain({ route: "r", scope })).candidates;
      assert.equal(candidate?.breaker, "open");
      assert.equal(routes.clock.pending, 0);
    });

    it("is silent for connectMs where the route has it", async () => {
      const sleeper = new Sleeper();
      const router = toBoth(sleeper, working(), { limits: { connectMs: 2000 } });
      assert.equal((await (await askPast(router, 2000)).whole).text, "Hello.");
    });

    it("is let go when the router stops", async () => {
      const sleeper = new Sleeper();
      const router = toBoth(sleeper);
      await (await askPast(router, 30_000)).whole;
      router.stop();
      await settled();
      assert.equal(sleeper.held, 0);
      assert.equal(routes.clock.pending, 0);
      await (await askPast(router, 30_000)).whole;
      await settled();
      assert.equal(sleeper.held, 0);
    });
  });

  describe("when nobody else answers", () => {
    it("is waited for with the request that is held", async () => {
      const sleeper = new Sleeper();
      const router = toBoth(sleeper, failing(failure("quota")));
      const { asked, whole } = await askPast(router, 30_000);
      routes.clock.pass(40_000);
      sleeper.wake();
      assert.equal((await whole).text, "Awake.");
      assert.equal(sleeper.calls.length, 1);
      assert.deepEqual(
        asked.trace.attempts.map(({ profile, outcome }) => `${profile}: ${outcome}`),
        ["a: answered", "b: failed"],
      );
      assert.equal(routes.clock.pending, 0);
    });

    it("answers with what came meanwhile, however long the others took to fail", async () => {
      const sleeper = new Sleeper();
      const slow = new Sleeper([failure("quota")]);
      const plain = new ScriptedProvider([
        [
          text("Once"),
          slow
            .stream(
              "",
              { messages: [] },
              {
                signal: new AbortController().signal,
              },
            )
            .next(),
          failure("quota"),
        ],
      ]);
      const { whole } = await askPast(
        toBoth(sleeper, plain, { limits: { idleMs: 200_000 } }),
        30_000,
      );
      sleeper.wake();
      await settled();
      routes.clock.pass(100_000);
      slow.wake();
      assert.equal((await whole).text, "Awake.");
      assert.equal(sleeper.calls.length, 1);
    });

    it("is asked with a request of its own by each that has nobody else", async () => {
      const sleeper = new Sleeper();
      const router = toBoth(sleeper, failing(failure("quota")));
      const first = await askPast(router, 30_000);
      const second = await askPast(router, 30_000);
      sleeper.wake();
      assert.equal((await first.whole).text, "Awake.");
      assert.equal((await second.whole).text, "Awake.");
      assert.equal(sleeper.calls.length, 2);
      assert.equal(second.asked.trace.candidates[0]?.skipped, null);
    });

    it("is the one of two that wakes first", async () => {
      const [one, other] = [new Sleeper(), new Sleeper()];
      const { asked, whole } = await askPast(toBoth(one, other), 30_000);
      routes.clock.pass(30_000);
      await settled();
      other.wake();
      await whole;
      assert.equal(asked.trace.chosen?.profile, "b");
      await settled();
      assert.deepEqual([one.held, other.calls.length], [1, 1]);
    });

    it("is asked once, until loadingMs, and not again", async () => {
      const sleeper = new Sleeper();
      const router = routes.to([accessTo(sleeper)], { limits: { loadingMs: 90_000 } });
      const { asked, whole } = await askPast(router, 89_999);
      assert.equal(sleeper.held, 1);
      routes.clock.pass(1);
      const error = await failureOf(whole);
      assert.ok(error instanceof AllProvidersFailedError);
      assert.match(error.message, /not there within 90000 ms \(loadingMs/);
      assert.deepEqual(
        asked.trace.attempts.map(({ limit, reason }) => [limit, reason]),
        [["loadingMs", "timeout"]],
      );
      assert.equal(routes.clock.pending, 0);
    });

    it("answers the only one who asks, also after a start longer than the other limits", async () => {
      const sleeper = new Sleeper();
      const limits = { firstTokenMs: 1000, totalMs: 5000, connectMs: 500 };
      const { whole } = await askPast(routes.to([accessTo(sleeper)], { limits }), 100_000);
      sleeper.wake();
      assert.equal((await whole).text, "Awake.");
    });
  });

  describe("when the deadline comes", () => {
    const limits = { idleMs: 600_000, loadingMs: 600_000 };
    const begin = async (after: readonly Step[], others: readonly ScriptedProvider[]) => {
      const sleeper = new Sleeper(after);
      const accesses = [sleeper, ...others].map((each, index) => accessTo(each, `${index}`));
      const asked = await routes.call(routes.to(accesses, { limits }), { leftMs: 100_000 });
      const whole = asked.whole({ takesPartial: true });
      whole.catch(() => {});
      const pass = async (milliseconds: number) => {
        routes.clock.pass(milliseconds);
        await settled();
      };
      await settled();
      await pass(30_000);
      return { sleeper, asked, whole, pass };
    };
    const endless: readonly Step[] = ["open", text("Once "), text("there was"), "silence"];

    for (const [others, where] of [
      [[failing(failure("quota"))], "was held open while others failed"],
      [[], "was waited for alone"],
    ] as const) {
      it(`is delivered as far as it came, where it ${where}`, async () => {
        const { sleeper, asked, whole, pass } = await begin(endless, others);
        sleeper.wake();
        await settled();
        await pass(69_000);
        const { text: words, finishReason } = await whole;
        assert.deepEqual([words, finishReason], ["Once there was", "deadline"]);
        const [first] = asked.trace.attempts;
        assert.deepEqual([first?.outcome, first?.finishReason], ["answered", "deadline"]);
        assert.deepEqual([sleeper.calls.length, sleeper.held], [1, 0]);
        assert.equal(routes.clock.pending, 0);
      });
    }

    it("is delivered as far as it came, also where others were silent for their share", async () => {
      const silent = new ScriptedProvider([["silence"]], { tellsOpening: true });
      const { sleeper, whole, pass } = await begin(endless, [silent]);
      sleeper.wake();
      await settled();
      await pass(35_000);
      await pass(34_000);
      assert.equal((await whole).text, "Once there was");
    });

    it("is waited for until the deadline itself, where nothing came", async () => {
      const { asked, whole, pass } = await begin(endless, [failing(failure("quota"))]);
      await pass(69_999);
      assert.equal(asked.trace.attempts[0]?.limit, null);
      await pass(1);
      await failureOf(whole);
      assert.equal(asked.trace.attempts[0]?.limit, "deadline");
      assert.equal(routes.clock.pending, 0);
    });
  });

  it("is slow, and not at zero, where it answered within the last minute", async () => {
    const slow = new ScriptedProvider([["open", ...answer("Awake.")], ["silence"]], {
      startsInSilence: true,
    });
    const router = toBoth(slow, working());
    const [first] = (await router.explain({ route: "r", scope })).candidates;
    assert.equal(first?.speed.isMeasured, false);
    await routes.ask(router);
    routes.clock.pass(59_999);
    const { whole } = await askPast(router, 30_000);
    assert.equal((await whole).text, "Hello.");
    const [slower] = (await router.explain({ route: "r", scope })).candidates;
    assert.equal(slower?.speed.firstTokenMs, 0.3 * 30_000);
  });

  it("has to speak in time once it has begun to answer", async () => {
    const sleeper = new Sleeper(["open", "silence"]);
    const { asked, whole } = await askPast(routes.to([accessTo(sleeper)]), 60_000);
    sleeper.wake();
    await settled();
    routes.clock.pass(29_999);
    await settled();
    assert.equal(sleeper.held, 1);
    routes.clock.pass(1);
    await failureOf(whole);
    assert.equal(asked.trace.attempts[0]?.limit, "firstTokenMs");
  });

  it("is left as soon as the caller leaves", async () => {
    const leaving = new AbortController();
    const sleeper = new Sleeper();
    const router = toBoth(sleeper, new ScriptedProvider([["silence"]]));
    const asked = await routes.call(router, { leftMs: 600_000, signal: leaving.signal });
    const whole = asked.whole();
    await settled();
    routes.clock.pass(30_000);
    await settled();
    assert.equal(sleeper.held, 1);
    leaving.abort();
    await failureOf(whole);
    await settled();
    assert.equal(sleeper.held, 0);
    assert.equal(routes.clock.pending, 0);
  });

  it("is no other for those who tell when they load: their silence is a failure", async () => {
    const silent = new ScriptedProvider([["silence"]], { tellsOpening: true });
    const { asked } = await askPast(
      routes.to([accessTo(silent, "a"), accessTo(working(), "b")]),
      30_000,
    );
    assert.equal(silent.calls[0]?.signal.aborted, true);
    assert.equal(asked.trace.attempts[0]?.reason, "timeout");
  });
});
