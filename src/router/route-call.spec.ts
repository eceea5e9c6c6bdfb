import assert from "node:assert/strict";
import { ManualClock } from "../../test/fixtures/manual-clock.ts";
import {
  accessTo,
  answer,
  failure,
  finish,
  ScriptedProvider,
  type Step,
  text,
} from "../../test/fixtures/scripted-provider.ts";
import type { ChatRequest } from "../data-models/chat.ts";
import { AllProvidersFailedError } from "../errors/all-providers-failed-error.ts";
import type { ProviderErrorReason } from "../errors/provider-error.ts";
import { SecretError } from "../errors/secret-error.ts";
import type { RouteAccess } from "./candidate.ts";
import type { RouteCall } from "./route-call.ts";
import { RouteConfig } from "./route-config.ts";
import { Router } from "./router.ts";

const scope = { user: null, workspace: null };
const hello: ChatRequest = { messages: [{ role: "user", content: "Hello" }] };

describe("a call along a route", () => {
  let clock: ManualClock;

  beforeEach(() => {
    clock = new ManualClock();
  });

  function routeTo(
    accesses: readonly RouteAccess[],
    config: object = {},
    options: { readonly random?: () => number } = {},
  ): Router {
    const route = RouteConfig.parse({
      name: "r",
      candidates: accesses.map(({ profile }) => ({ profile, model: "m" })),
      backoffMs: 100,
      ...config,
    });
    const random = options.random ?? (() => 0.5);
    return new Router({ routes: [route], accessesOf: () => accesses, clock, random });
  }

  async function call(
    router: Router,
    { request = hello, leftMs = 60_000, signal = new AbortController().signal } = {},
  ): Promise<RouteCall> {
    const deadline = new Date(clock.now() + leftMs);
    return router.call({ route: "r", scope }, request, { signal, deadline });
  }

  /** Asks for a whole answer, and lets pauses pass. */
  async function ask(router: Router, options?: Parameters<typeof call>[1]): Promise<string> {
    const whole = (await call(router, options)).whole();
    return (await clock.passPauses(whole, 11_000)).text;
  }

  async function failureOf(work: Promise<unknown>): Promise<unknown> {
    return work.then(
      () => assert.fail("it did not fail"),
      (error: unknown) => error,
    );
  }

  const working = () => new ScriptedProvider([answer("Hello.")], { name: "Working" });
  const failing = (...errors: readonly Error[]) =>
    new ScriptedProvider(errors.map((error): readonly Step[] => [error]));

  describe("what follows a failure", () => {
    for (const [reason, attempts, isElsewhere] of [
      ["rate-limit", 3, true],
      ["unavailable", 3, true],
      ["connection", 1, true],
      ["broken-stream", 3, true],
      ["malformed", 1, true],
      ["timeout", 1, true],
      ["quota", 1, true],
      ["not-found", 1, true],
      ["loading", 1, true],
      ["other", 1, true],
      ["content-filter", 1, false],
      ["bad-request", 1, false],
    ] as const satisfies readonly [ProviderErrorReason, number, boolean][]) {
      it(`asks ${attempts} times for ${reason}, then ${isElsewhere ? "the next" : "nobody"}`, async () => {
        const first = failing(failure(reason));
        const second = working();
        const router = routeTo([accessTo(first, "a"), accessTo(second, "b")]);
        const asked = ask(router);
        if (isElsewhere) assert.equal(await asked, "Hello.");
        else await assert.rejects(asked, { name: "ProviderError", reason });
        assert.equal(first.calls.length, attempts);
        assert.equal(second.calls.length, isElsewhere ? 1 : 0);
      });
    }

    for (const reason of ["connection", "malformed", "other"] as const) {
      it(`asks again for ${reason} where it may pass`, async () => {
        const first = failing(failure(reason, { retryable: true }));
        await ask(routeTo([accessTo(first, "a"), accessTo(working(), "b")]));
        assert.equal(first.calls.length, 3);
      });
    }

    for (const [isCallersOwn, attempts] of [
      [true, 0],
      [undefined, 0],
      [false, 1],
    ] as const) {
      it(`asks ${attempts === 0 ? "nobody" : "the next"} after a refused key when isCallersOwn is ${isCallersOwn}`, async () => {
        const first = failing(failure("access", { code: "UNAUTHENTICATED" }));
        const second = working();
        const options = isCallersOwn === undefined ? {} : { isCallersOwn };
        const router = routeTo([accessTo(first, "a", options), accessTo(second, "b")]);
        await ask(router).catch(() => {});
        assert.equal(second.calls.length, attempts);
      });
    }

    it("asks the next when there is no key to ask with", async () => {
      const first = failing(new SecretError("profiles[0].accessKey", "away", "the vault is away."));
      assert.equal(await ask(routeTo([accessTo(first, "a"), accessTo(working(), "b")])), "Hello.");
    });

    it("takes a mistake of a provider for its failure, and shows nobody its words", async () => {
      const first = failing(new TypeError("Hello is not a function"));
      const error = await failureOf(ask(routeTo([accessTo(first)])));
      assert.ok(error instanceof AllProvidersFailedError);
      assert.equal(error.attempts[0]?.error.code, "INTERNAL");
      assert.doesNotMatch(error.message, /Hello/);
    });
  });

  describe("pauses", () => {
    it("doubles them, and varies them by half", async () => {
      const first = failing(failure("unavailable"));
      const router = routeTo([accessTo(first)], { retries: 3 }, { random: () => 0 });
      const asked = await call(router);
      await failureOf(clock.passPauses(asked.whole()));
      const begins = asked.trace.attempts.map(({ beganAt }) => beganAt - 1_000_000);
      assert.deepEqual(begins, [0, 50, 150, 350]);
    });

    it("keeps what Retry-After asks for", async () => {
      const first = failing(failure("rate-limit", { retryAfterMs: 8000 }));
      const router = routeTo([accessTo(first)], { retries: 1 }, { random: () => 0 });
      const asked = await call(router);
      await failureOf(clock.passPauses(asked.whole(), 9000));
      assert.deepEqual(
        asked.trace.attempts.map(({ beganAt }) => beganAt - 1_000_000),
        [0, 8000],
      );
    });

    it("leaves a provider that asks for too long a pause, and lets it rest", async () => {
      const first = failing(failure("rate-limit", { retryAfterMs: 30_000 }));
      const router = routeTo([accessTo(first, "a"), accessTo(working(), "b")]);
      await ask(router);
      const second = await call(router);
      await second.whole();
      assert.equal(first.calls.length, 1);
      const { candidates } = second.trace;
      assert.match(candidates[0]?.skipped ?? "", /asked to be left alone for another 30\.0 s/);
      clock.pass(30_000);
      await ask(router);
      assert.equal(first.calls.length, 2);
    });

    it("goes to the next one rather than to wait beyond the deadline", async () => {
      const first = failing(failure("rate-limit", { retryAfterMs: 5000 }));
      const router = routeTo([accessTo(first, "a"), accessTo(working(), "b")]);
      assert.equal(await ask(router, { leftMs: 4000 }), "Hello.");
      assert.equal(first.calls.length, 1);
    });

    it("ends in the middle of a pause when the caller leaves", async () => {
      const first = failing(failure("unavailable"));
      const leaving = new AbortController();
      const asked = await call(routeTo([accessTo(first)]), { signal: leaving.signal });
      const whole = asked.whole();
      await new Promise((resolve) => setImmediate(resolve));
      const reason = new Error("left");
      leaving.abort(reason);
      assert.equal(await failureOf(whole), reason);
      assert.equal(first.calls.length, 1);
      assert.equal(clock.pending, 0);
    });
  });

  it("retries no more than its budget allows, however many ask", async () => {
    const first = failing(failure("rate-limit"));
    const router = routeTo([accessTo(first, "a"), accessTo(working(), "b")], { retryBudget: 0.1 });
    for (let request = 0; request < 200; request++) await ask(router);
    const retries = first.calls.length - 200;
    assert.ok(retries >= 20 && retries <= 10 + 20 + 1, `${retries} retries`);
  });

  it("stops asking what keeps failing, and asks once when it may be back", async () => {
    const first = failing(failure("unavailable"));
    const router = routeTo([accessTo(first, "a"), accessTo(working(), "b")]);
    for (let request = 0; request < 10; request++) await ask(router);
    assert.equal(first.calls.length, 5);
    clock.pass(15_000);
    const both = [ask(router), ask(router)];
    assert.deepEqual(await Promise.all(both), ["Hello.", "Hello."]);
    assert.equal(first.calls.length, 6);
  });

  it("does not open for those who limit the rate or refuse", async () => {
    const first = failing(failure("rate-limit"));
    const router = routeTo([accessTo(first, "a"), accessTo(working(), "b")], { retries: 0 });
    for (let request = 0; request < 20; request++) await ask(router);
    assert.equal(first.calls.length, 20);
  });

  it("leaves at once, without another pause, when its own failures open the breaker", async () => {
    const router = routeTo([accessTo(failing(failure("unavailable")))], { retries: 9 });
    const asked = await call(router);
    await failureOf(clock.passPauses(asked.whole()));
    const last = asked.trace.attempts.at(-1);
    assert.equal(asked.trace.attempts.length, 5);
    assert.equal(last?.beganAt, clock.now());
  });

  it("does not blame a candidate for which too little time was left", async () => {
    const provider = new ScriptedProvider([["silence"]]);
    const router = routeTo([accessTo(provider)]);
    for (let request = 0; request < 10; request++) {
      const asked = await call(router, { leftMs: 10 });
      await failureOf(clock.passPauses(asked.whole(), 10));
    }
    assert.equal(provider.calls.length, 10);
  });

  it("takes a first token that did not come for one that came at the limit", async () => {
    const limits = { firstTokenMs: 1500 };
    const router = routeTo([accessTo(new ScriptedProvider([["silence"]]))], { limits });
    await failureOf(ask(router));
    const [candidate] = (await router.explain({ route: "r", scope })).candidates;
    assert.equal(candidate?.speed.firstTokenMs, 1500);
  });

  it("gives a probe back when its caller leaves", async () => {
    const scripts: readonly (readonly Step[])[] = [
      ...Array.from({ length: 5 }, () => [failure("unavailable")]),
      ["silence"],
      answer("Back."),
    ];
    const router = routeTo([accessTo(new ScriptedProvider(scripts))], { retries: 4 });
    await failureOf(ask(router));
    clock.pass(15_000);
    const leaving = new AbortController();
    const probe = (await call(router, { signal: leaving.signal })).whole();
    await new Promise((resolve) => setImmediate(resolve));
    leaving.abort();
    await failureOf(probe);
    assert.equal(await ask(router), "Back.");
  });

  describe("while a model loads", () => {
    it("asks it again until it is there, when there is nobody else", async () => {
      const loading = failure("loading");
      const provider = new ScriptedProvider([
        ...Array.from({ length: 6 }, () => [loading]),
        answer("Awake."),
      ]);
      assert.equal(await ask(routeTo([accessTo(provider)], { retries: 0 })), "Awake.");
    });

    it("gives it a longer first-token limit", async () => {
      const provider = new ScriptedProvider([[failure("loading")], ["silence"]]);
      const limits = { firstTokenMs: 1000, loadingMs: 20_000 };
      const asked = await call(routeTo([accessTo(provider)], { limits }));
      const begin = clock.now();
      await failureOf(clock.passPauses(asked.whole(), 30_000));
      assert.deepEqual(
        asked.trace.attempts.map(({ reason }) => reason),
        ["loading", "timeout"],
      );
      assert.equal(clock.now() - begin, 20_000 + 100);
    });

    it("gives up after loadingMs", async () => {
      const router = routeTo([accessTo(failing(failure("loading")))], {
        limits: { loadingMs: 20_000 },
      });
      const begin = clock.now();
      const error = await failureOf(ask(router));
      assert.ok(error instanceof AllProvidersFailedError);
      assert.ok(clock.now() - begin <= 20_000);
    });
  });

  describe("when the conversation is too long", () => {
    const tooLong = failure("context-length", { code: "INVALID_ARGUMENT" });

    it("asks only those who are known to take more", async () => {
      const providers = [
        new ScriptedProvider([[tooLong]], { contextTokens: 8000 }),
        new ScriptedProvider([answer("smaller")], { contextTokens: 4000 }),
        new ScriptedProvider([answer("unknown")], { contextTokens: null }),
        new ScriptedProvider([answer("larger")], { contextTokens: 16_000 }),
      ];
      const router = routeTo(providers.map((provider, index) => accessTo(provider, `p${index}`)));
      const asked = await call(router);
      assert.equal((await asked.whole()).text, "larger");
      assert.deepEqual(
        providers.map(({ calls }) => calls.length),
        [1, 0, 0, 1],
      );
      assert.match(asked.trace.candidates[1]?.skipped ?? "", /too long for m,/);
    });

    it("says so when there is none, in the provider's words for the participant", async () => {
      const error = await failureOf(ask(routeTo([accessTo(failing(tooLong))])));
      assert.ok(error instanceof AllProvidersFailedError);
      assert.equal(error.code, "INVALID_ARGUMENT");
      assert.equal(error.retryable, false);
      assert.equal(error.participantText, tooLong.participantText);
    });
  });

  describe("streamed", () => {
    async function words(asked: RouteCall): Promise<string> {
      let all = "";
      for await (const event of asked.stream()) if (event.type === "text") all += event.text;
      return all;
    }

    it("passes on what comes as it comes", async () => {
      const provider = new ScriptedProvider([[text("One"), "silence"]]);
      const stream = (await call(routeTo([accessTo(provider)]))).stream();
      assert.deepEqual((await stream.next()).value, text("One"));
      await stream.return();
      assert.equal(provider.calls[0]?.signal.aborted, true);
    });

    it("says that a reader who left cancelled it, and blames nobody", async () => {
      const provider = new ScriptedProvider([[text("One"), "silence"]]);
      const router = routeTo([accessTo(provider)]);
      for (let request = 0; request < 10; request++) {
        const asked = await call(router);
        for await (const _ of asked.stream()) break;
        assert.equal(asked.trace.attempts[0]?.outcome, "cancelled");
      }
      assert.equal(provider.calls.length, 10);
    });

    it("tries again what broke before its first content, an empty text included", async () => {
      const broken = failure("broken-stream");
      const provider = new ScriptedProvider([[text(""), broken], answer("Whole.")]);
      assert.equal(
        await clock.passPauses(words(await call(routeTo([accessTo(provider)])))),
        "Whole.",
      );
    });

    for (const shown of [
      text("One"),
      { type: "image", base64: "AA==" },
      { type: "tool-call", call: { id: "1", name: "look", arguments: "{}" } },
    ] as const) {
      it(`ends with an error when it breaks after its first ${shown.type}`, async () => {
        const provider = new ScriptedProvider([[shown, failure("unavailable")]]);
        const other = working();
        const asked = await call(routeTo([accessTo(provider, "a"), accessTo(other, "b")]));
        await assert.rejects(words(asked), {
          name: "ProviderError",
          reason: "broken-stream",
          retryable: true,
        });
        assert.equal(other.calls.length, 0);
        assert.equal(asked.trace.attempts[0]?.reason, "unavailable");
      });
    }
  });

  it("is asked once", async () => {
    const asked = await call(routeTo([accessTo(working())]));
    await asked.whole();
    await assert.rejects(asked.whole(), /for one of them, once/);
  });

  it("shows nothing of an answer that broke to who asked for a whole one", async () => {
    const provider = new ScriptedProvider([
      [text("Half"), failure("broken-stream")],
      answer("Whole."),
    ]);
    assert.equal(await ask(routeTo([accessTo(provider)])), "Whole.");
  });

  it("skips who cannot do what is asked, without a call", async () => {
    const unable = new ScriptedProvider([answer("No.")], { tools: false });
    const router = routeTo([accessTo(unable, "a"), accessTo(working(), "b")]);
    const request = { ...hello, tools: [{ name: "look", parameters: {} }] };
    const asked = await call(router, { request });
    assert.equal((await asked.whole()).text, "Hello.");
    assert.equal(unable.calls.length, 0);
    assert.equal(asked.trace.candidates[0]?.skipped, "it cannot take tools");
  });

  describe("when nobody answers", () => {
    it("keeps every attempt, and says who was not asked", async () => {
      const unable = new ScriptedProvider([], { tools: false });
      const router = routeTo([
        accessTo(failing(failure("unavailable")), "a"),
        accessTo(unable, "b"),
      ]);
      const request = { ...hello, tools: [{ name: "look", parameters: {} }] };
      const error = await failureOf(ask(router, { request }));
      assert.ok(error instanceof AllProvidersFailedError);
      assert.equal(error.attempts.length, 3);
      assert.equal(error.code, "UNAVAILABLE");
      assert.match(
        error.message,
        /a\/m: Scripted: unavailable\. \(3 times\); b\/m: not asked, it cannot take tools/,
      );
      assert.ok(error.cause instanceof AggregateError);
    });

    it("stops at the deadline, which is everybody's", async () => {
      const silent = new ScriptedProvider([["silence"]]);
      const other = working();
      const limits = { firstTokenMs: 50_000 };
      const router = routeTo([accessTo(silent, "a"), accessTo(other, "b")], { limits });
      const asked = await call(router, { leftMs: 1000 });
      const error = await failureOf(clock.passPauses(asked.whole(), 1000));
      assert.ok(error instanceof AllProvidersFailedError);
      assert.equal(error.code, "DEADLINE_EXCEEDED");
      assert.equal(other.calls.length, 0);
      assert.equal(asked.trace.attempts[0]?.limit, "deadline");
    });

    it("asks nobody when the deadline is over before it begins, and says that it was time", async () => {
      const provider = working();
      const error = await failureOf(ask(routeTo([accessTo(provider)]), { leftMs: 0 }));
      assert.ok(error instanceof AllProvidersFailedError);
      assert.equal(error.code, "DEADLINE_EXCEEDED");
      assert.equal(error.retryable, true);
      assert.equal(provider.calls.length, 0);
    });

    it("says of a route whose candidates all rest that it may be asked later", async () => {
      const router = routeTo([accessTo(failing(failure("unavailable")))], { retries: 4 });
      await failureOf(ask(router));
      const error = await failureOf(ask(router));
      assert.ok(error instanceof AllProvidersFailedError);
      assert.equal(error.attempts.length, 0);
      assert.equal(error.retryable, true);
      assert.match(error.message, /failed too often, and is tried again in 15\.0 s/);
    });
  });

  it("counts every attempt that may be billed", async () => {
    const provider = new ScriptedProvider([
      [failure("unavailable")],
      [finish("stop", { inputTokens: 1_000_000, outputTokens: 100_000 })],
    ]);
    const prices = { "self-hosted/m": { inputPerMillion: 2, outputPerMillion: 10 } };
    const route = RouteConfig.parse({ name: "r", model: "m" });
    const accessesOf = () => [accessTo(provider)];
    const router = new Router({ routes: [route], prices, accessesOf, clock });
    const asked = await call(router);
    await clock.passPauses(asked.whole());
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
      clock,
    });
    const asked = await call(router);
    await clock.passPauses(asked.whole());
    const [broken, answered] = asked.trace.attempts;
    assert.equal(broken?.cost, null);
    assert.equal(answered?.cost, (20 * 2 + 60 * 10) / 1e6);
    assert.equal(asked.trace.cost, null);
  });

  it("asks the one that the table calls faster first, until it has measured it as slower", async () => {
    const said = new ScriptedProvider([[text("said"), finish()]]);
    const other = new ScriptedProvider([[text("other"), finish()]]);
    const { stream } = said;
    said.stream = async function* (...asked) {
      clock.pass(2000);
      yield* stream.apply(said, asked);
    };
    const price = { inputPerMillion: 1, outputPerMillion: 1 };
    const router = new Router({
      routes: [RouteConfig.parse({ name: "r", model: "m", speedPriority: "high" })],
      prices: { "said/m": { ...price, speed: 1000 }, "other/m": { ...price, speed: 500 } },
      accessesOf: () => [
        accessTo(other, "b", { providerName: "other" }),
        accessTo(said, "a", { providerName: "said" }),
      ],
      clock,
    });
    const answers: string[] = [];
    for (let request = 0; request < 3; request++) answers.push(await ask(router));
    assert.deepEqual(answers, ["said", "other", "other"]);
  });

  it("has neither keys nor anybody's words in trace and error", async () => {
    const words = "CANARY-words";
    const provider = new ScriptedProvider([
      [text(words), failure("broken-stream")],
      [new Error(`CANARY-key in a stack, and ${words}`)],
    ]);
    const request: ChatRequest = { messages: [{ role: "user", content: words }] };
    const asked = await call(routeTo([accessTo(provider)]), { request });
    const error = await failureOf(clock.passPauses(asked.whole()));
    assert.ok(error instanceof AllProvidersFailedError);
    assert.doesNotMatch(JSON.stringify(asked.trace), /CANARY/);
    assert.doesNotMatch(`${error.message}${JSON.stringify(error)}`, /CANARY/);
  });
});
