import assert from "node:assert/strict";
import { inspect } from "node:util";
import { ProviderError } from "../../src/errors/model-errors.ts";
import type { RouteCall } from "../../src/routing/call/route-call.ts";
import { type FaultName, mockWords } from "../../src/testing/mock-provider/faults.ts";
import { ManualClock } from "../fixtures/manual-clock.ts";
import {
  question,
  type RoutedMock,
  readStream,
  routedMock,
  timeScale,
} from "../fixtures/routed-mock.ts";
import { testResources } from "../fixtures/test-resources.ts";

const wholeText = mockWords.join("");
const retryAfterMs = 2000 * timeScale;

/** What a caller got, in either of the ways to ask. */
interface Got {
  readonly words: string;
  readonly finished: string | null;
  readonly error: unknown;
}

const ways = {
  streamed: (call: RouteCall): Promise<Got> => readStream(call.stream()),
  whole: (call: RouteCall): Promise<Got> =>
    call.whole().then(
      ({ text, finishReason }) => ({ words: text, finished: finishReason, error: null }),
      (error: unknown) => ({ words: "", finished: null, error }),
    ),
};

describe("the sixteen faults, by way of the router and a real provider", function () {
  this.timeout(30_000);
  const resources = testResources();

  before(async () => {
    // The SDK takes half a second to load, which is nobody's first token.
    await using warm = await routedMock("ok", "ok", {
      route: { limits: { firstTokenMs: 20_000 } },
    });
    await (await warm.ask()).whole();
  });

  async function start(
    primary: FaultName,
    fallback: FaultName = "ok",
    options?: Parameters<typeof routedMock>[2],
  ): Promise<RoutedMock> {
    return resources.use(await routedMock(primary, fallback, options));
  }

  for (const [way, read] of Object.entries(ways)) {
    describe(way, () => {
      it("S01: waits as long as Retry-After says, and asks the same again", async () => {
        const routed = await start("rate-limit-once");
        const call = await routed.ask();
        assert.deepEqual(await read(call), { words: wholeText, finished: "stop", error: null });
        const [first, second, ...more] = routed.seen("rate-limit-once");
        assert.ok(first && second && more.length === 0);
        assert.ok(second.beganAt - first.beganAt >= retryAfterMs * 0.9);
        assert.deepEqual(second.body, first.body);
        assert.equal(routed.seen("ok").length, 0);
        assert.deepEqual(
          call.trace.attempts.map(({ outcome, reason }) => [outcome, reason]),
          [
            ["failed", "rate-limit"],
            ["answered", null],
          ],
        );
      });

      it("S02: leaves who limits the rate always, after three attempts that kept the pauses", async () => {
        const routed = await start("rate-limited");
        const call = await routed.ask();
        assert.equal((await read(call)).words, wholeText);
        const times = routed.seen("rate-limited").map(({ beganAt }) => beganAt);
        assert.equal(times.length, 3);
        const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
        assert.ok(
          gaps.every((gap) => gap >= retryAfterMs * 0.9),
          `gaps ${gaps}`,
        );
        assert.equal(routed.seen("ok").length, 1);
        assert.equal(call.trace.chosen?.model, "ok");
      });

      it("S03: asks the same again after an error that passes", async () => {
        const routed = await start("error-once");
        assert.equal((await read(await routed.ask())).words, wholeText);
        assert.equal(routed.seen("error-once").length, 2);
        assert.equal(routed.seen("ok").length, 0);
      });

      it("S04: falls over when a provider stays unavailable", async () => {
        const routed = await start("unavailable");
        assert.equal((await read(await routed.ask())).words, wholeText);
        assert.equal(routed.seen("unavailable").length, 3);
        assert.equal(routed.seen("ok").length, 1);
      });

      it("S05: asks again after a reset before the answer", async () => {
        const routed = await start("reset-once");
        assert.equal((await read(await routed.ask())).words, wholeText);
        assert.deepEqual(
          routed.seen("reset-once").map(({ ending }) => ending),
          ["hung up", "answered"],
        );
        assert.equal(routed.seen("ok").length, 0);
      });

      for (const [number, fault] of [
        ["S06", "silent"],
        ["S07", "slow-first-token"],
      ] as const) {
        it(`${number}: leaves a ${fault} provider at the first-token limit, and does not ask it again`, async () => {
          const routed = await start(fault);
          const call = await routed.ask();
          assert.equal((await read(call)).words, wholeText);
          await routed.mock.until((all) => all.every(({ ending }) => ending !== null));
          assert.deepEqual(
            routed.seen(fault).map(({ ending }) => ending),
            ["client left"],
          );
          assert.equal(routed.seen("ok").length, 1);
          const [attempt] = call.trace.attempts;
          assert.equal(attempt?.limit, "firstTokenMs");
          assert.equal(call.trace.cost, null);
        });
      }

      it("S11: takes an answer without [DONE] for what it is", async () => {
        const routed = await start("no-done");
        const call = await routed.ask();
        assert.deepEqual(await read(call), { words: wholeText, finished: "stop", error: null });
        assert.equal(routed.mock.requests.length, 1);
        assert.equal(call.trace.attempts[0]?.outputTokens, 60);
      });

      it("S12: goes to another model when the conversation is too long, and not to the same", async () => {
        const routed = await start("context-length");
        assert.equal((await read(await routed.ask())).words, wholeText);
        assert.equal(routed.seen("context-length").length, 1);
        assert.equal(routed.seen("ok").length, 1);
      });

      it("S13: passes a content filter's refusal on, and asks nobody else", async () => {
        const routed = await start("content-filter");
        const { words, error } = await read(await routed.ask());
        assert.equal(words, "");
        assert.ok(error instanceof ProviderError);
        assert.equal(error.reason, "content-filter");
        assert.equal(error.code, "PERMISSION_DENIED");
        assert.equal(routed.mock.requests.length, 1);
      });

      it("S13: ends as a filter ended it midway, and asks nobody else", async () => {
        const routed = await start("content-filter-midway");
        const { words, finished, error } = await read(await routed.ask());
        assert.equal(words, mockWords.slice(0, 20).join(""));
        assert.deepEqual([finished, error], ["content-filter", null]);
        assert.equal(routed.mock.requests.length, 1);
      });

      it("S15: serves twenty requests while the first is down, probes once an interval, and returns", async () => {
        const clock = new ManualClock();
        const routed = await start("down-for-60s", "ok", {
          clock,
          random: () => 0.5,
          timeScale: 1,
          route: {
            limits: { firstTokenMs: 30_000, idleMs: 30_000 },
            breaker: { openMs: 10_000 },
          },
        });
        const askNext = async () => {
          const call = await routed.ask();
          assert.equal((await clock.passPauses(read(call))).words, wholeText);
          clock.pass(3000);
          return call.trace.chosen?.model;
        };
        for (let request = 0; request < 20; request++) assert.equal(await askNext(), "ok");
        // Five attempts of the first two requests open it; then one each 10 s, as far as anybody asks.
        assert.equal(routed.seen("down-for-60s").length, 5 + 4);
        assert.equal(routed.seen("ok").length, 20);
        assert.equal(await askNext(), "ok");
        for (let request = 0; request < 3; request++) assert.equal(await askNext(), "down-for-60s");
        assert.equal(routed.seen("ok").length, 21);
      });

      it("S16: reports model, tokens and cost of who answered", async () => {
        const routed = await start("unavailable", "ok", {
          prices: {
            "self-hosted/unavailable": { inputPerMillion: 1000, outputPerMillion: 1000 },
            "self-hosted/ok": { inputPerMillion: 1, outputPerMillion: 10 },
          },
        });
        const call = await routed.ask();
        await read(call);
        const { chosen, attempts, cost } = call.trace;
        assert.equal(chosen?.model, "ok");
        assert.equal(chosen?.isFallback, true);
        const last = attempts.at(-1);
        assert.deepEqual([last?.inputTokens, last?.outputTokens], [20, 60]);
        assert.equal(cost, (20 * 1 + 60 * 10) / 1e6);
        assert.deepEqual(
          attempts.map((attempt) => attempt.cost),
          [0, 0, 0, cost],
        );
      });
    });
  }

  describe("streamed, after the first words", () => {
    for (const [number, fault, words, ending] of [
      ["S08", "cut", 40, "hung up"],
      ["S09", "stall", 20, "client left"],
      ["S10", "malformed-chunk", 20, null],
    ] as const) {
      it(`${number}: tells of a ${fault}, and never takes the part for the whole`, async () => {
        const routed = await start(fault);
        const call = await routed.ask();
        const got = await readStream(call.stream());
        assert.equal(got.words, mockWords.slice(0, words).join(""));
        assert.equal(got.finished, null);
        assert.ok(got.error instanceof ProviderError);
        assert.equal(got.error.reason, "broken-stream");
        await routed.mock.until(([request]) => request?.ending !== null);
        assert.equal(routed.mock.requests.length, 1);
        if (ending) assert.equal(routed.mock.requests[0]?.ending, ending);
        assert.equal(call.trace.chosen, null);
        assert.equal(call.trace.cost, null);
      });
    }

    it("S14: asks nobody to continue what broke", async () => {
      const routed = await start("cut", "rejects-prefill");
      const { error } = await readStream((await routed.ask()).stream());
      assert.ok(error instanceof ProviderError);
      assert.equal(error.reason, "broken-stream");
      assert.equal(routed.seen("rejects-prefill").length, 0);
    });
  });

  it("S08, streamed, before the first word: asks again, and nobody sees it", async () => {
    const routed = await start("cut-before-content");
    const got = await readStream((await routed.ask()).stream());
    assert.deepEqual(got, { words: wholeText, finished: "stop", error: null });
    assert.equal(routed.seen("cut-before-content").length, 2);
  });

  describe("whole, after the first words", () => {
    for (const [number, fault, attempts] of [
      ["S08", "cut", 3],
      // Who stands still is not given the same time again.
      ["S09", "stall", 1],
      ["S10", "malformed-chunk", 3],
    ] as const) {
      it(`${number}: gets the whole answer of another after a ${fault}`, async () => {
        const routed = await start(fault);
        const call = await routed.ask();
        assert.equal((await call.whole()).text, wholeText);
        assert.equal(routed.seen(fault).length, attempts);
        assert.equal(routed.seen("ok").length, 1);
        // What broke may be billed, and nobody says how much.
        assert.equal(call.trace.cost, null);
      });
    }

    it("S14: begins anew at a fallback that takes no prefill", async () => {
      const routed = await start("cut", "rejects-prefill");
      assert.equal((await (await routed.ask()).whole()).text, wholeText);
      const [request] = routed.seen("rejects-prefill");
      assert.deepEqual(messagesOf(request?.body), question.messages);
    });
  });

  it("leaves the vendor as soon as the caller leaves", async () => {
    const routed = await start("silent");
    const leaving = new AbortController();
    const call = await routed.ask(leaving.signal);
    const reading = readStream(call.stream());
    await routed.mock.until((all) => all.length === 1);
    const reason = new Error("left");
    leaving.abort(reason);
    assert.equal((await reading).error, reason);
    await routed.mock.until(([request]) => request?.ending === "client left");
    assert.deepEqual(
      call.trace.attempts.map(({ outcome }) => outcome),
      ["cancelled"],
    );
  });

  for (const fault of [
    "bad-key",
    "unavailable",
    "cut",
    "malformed-chunk",
    "content-filter",
  ] as const) {
    it(`shows neither the key nor anybody's words after ${fault}: trace, error, explanation, record`, async () => {
      const routed = await start(fault, fault);
      const call = await routed.ask();
      const { error } = await ways.whole(call);
      assert.ok(error instanceof Error);
      const scope = { user: null, workspace: null };
      const explanation = await routed.router.explain({ route: "poets", scope }, question);
      const shown = inspect([error, call.trace, explanation], { depth: 20, showHidden: true });
      assert.ok(routed.mock.requests.every(({ hasKey }) => hasKey));
      assert.doesNotMatch(shown + JSON.stringify([error, call.trace, explanation]), /CANARY|haiku/);
      assert.doesNotMatch(JSON.stringify(routed.mock.requests), /CANARY/);
    });
  }

  for (const [fault, reason] of [
    ["bad-request", "bad-request"],
    ["bad-key", "access"],
  ] as const) {
    it(`asks nobody else after a ${fault}`, async () => {
      const routed = await start(fault);
      await assert.rejects(
        (await routed.ask()).whole(),
        (error) => error instanceof ProviderError && error.reason === reason,
      );
      assert.equal(routed.mock.requests.length, 1);
    });
  }

  it("asks another while a model loads", async () => {
    const routed = await start("loading");
    const call = await routed.ask();
    assert.equal((await call.whole()).text, wholeText);
    assert.equal(routed.seen("loading").length, 1);
    assert.equal(call.trace.attempts[0]?.reason, "loading");
  });

  it("waits for a model that loads when there is nobody else", async () => {
    const routed = await start("loading", "loading");
    const call = await routed.ask();
    assert.equal((await call.whole()).text, wholeText);
    assert.equal(call.trace.chosen?.model, "loading");
  });
});

function messagesOf(body: unknown): unknown {
  return typeof body === "object" && body !== null && "messages" in body ? body.messages : null;
}
