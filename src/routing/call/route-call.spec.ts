import assert from "node:assert/strict";
import {
  accessTo,
  answer,
  failure,
  ScriptedProvider,
  text,
} from "../../../test/fixtures/scripted-provider.ts";
import {
  failing,
  failureOf,
  hello,
  scriptedRoutes,
  working,
} from "../../../test/fixtures/scripted-routes.ts";
import type { ProviderErrorReason } from "../../errors/model-errors.ts";
import { AllProvidersFailedError, SecretError } from "../../errors/route-errors.ts";

describe("a call along a route", () => {
  const routes = scriptedRoutes();

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
        const router = routes.to([accessTo(first, "a"), accessTo(second, "b")]);
        const asked = routes.ask(router);
        if (isElsewhere) assert.equal(await asked, "Hello.");
        else await assert.rejects(asked, { name: "ProviderError", reason });
        assert.equal(first.calls.length, attempts);
        assert.equal(second.calls.length, isElsewhere ? 1 : 0);
      });
    }

    for (const reason of ["connection", "malformed", "other"] as const) {
      it(`asks again for ${reason} where it may pass`, async () => {
        const first = failing(failure(reason, { retryable: true }));
        await routes.ask(routes.to([accessTo(first, "a"), accessTo(working(), "b")]));
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
        const router = routes.to([accessTo(first, "a", options), accessTo(second, "b")]);
        await routes.ask(router).catch(() => {});
        assert.equal(second.calls.length, attempts);
      });
    }

    it("asks the next when there is no key to ask with", async () => {
      const first = failing(new SecretError("profiles[0].accessKey", "away", "the vault is away."));
      assert.equal(
        await routes.ask(routes.to([accessTo(first, "a"), accessTo(working(), "b")])),
        "Hello.",
      );
    });

    it("takes a mistake of a provider for its failure, and shows nobody its words", async () => {
      const first = failing(new TypeError("Hello is not a function"));
      const error = await failureOf(routes.ask(routes.to([accessTo(first)])));
      assert.ok(error instanceof AllProvidersFailedError);
      assert.equal(error.attempts[0]?.error.code, "INTERNAL");
      assert.doesNotMatch(error.message, /Hello/);
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
      const router = routes.to(providers.map((provider, index) => accessTo(provider, `p${index}`)));
      const asked = await routes.call(router);
      assert.equal((await asked.whole()).text, "larger");
      assert.deepEqual(
        providers.map(({ calls }) => calls.length),
        [1, 0, 0, 1],
      );
      assert.match(asked.trace.candidates[1]?.skipped ?? "", /too long for m,/);
    });

    it("says so when there is none, in the provider's words for the participant", async () => {
      const error = await failureOf(routes.ask(routes.to([accessTo(failing(tooLong))])));
      assert.ok(error instanceof AllProvidersFailedError);
      assert.equal(error.code, "INVALID_ARGUMENT");
      assert.equal(error.retryable, false);
      assert.equal(error.participantText, tooLong.participantText);
    });
  });

  it("is asked once", async () => {
    const asked = await routes.call(routes.to([accessTo(working())]));
    await asked.whole();
    await assert.rejects(asked.whole(), /for one of them, once/);
  });

  it("shows nothing of an answer that broke to who asked for a whole one", async () => {
    const provider = new ScriptedProvider([
      [text("Half"), failure("broken-stream")],
      answer("Whole."),
    ]);
    assert.equal(await routes.ask(routes.to([accessTo(provider)])), "Whole.");
  });

  it("skips who cannot do what is asked, without a call", async () => {
    const unable = new ScriptedProvider([answer("No.")], { tools: false });
    const router = routes.to([accessTo(unable, "a"), accessTo(working(), "b")]);
    const request = { ...hello, tools: [{ name: "look", parameters: {} }] };
    const asked = await routes.call(router, { request });
    assert.equal((await asked.whole()).text, "Hello.");
    assert.equal(unable.calls.length, 0);
    assert.equal(asked.trace.candidates[0]?.skipped, "it cannot take tools");
  });

  describe("when nobody answers", () => {
    it("keeps every attempt, and says who was not asked", async () => {
      const unable = new ScriptedProvider([], { tools: false });
      const router = routes.to([
        accessTo(failing(failure("unavailable")), "a"),
        accessTo(unable, "b"),
      ]);
      const request = { ...hello, tools: [{ name: "look", parameters: {} }] };
      const error = await failureOf(routes.ask(router, { request }));
      assert.ok(error instanceof AllProvidersFailedError);
      assert.equal(error.attempts.length, 3);
      assert.equal(error.code, "UNAVAILABLE");
      assert.match(
        error.message,
        /a\/m: Scripted: unavailable \(3 times\); b\/m: not asked, it cannot take tools/,
      );
      assert.ok(error.cause instanceof AggregateError);
    });

    it("stops at the deadline, which is everybody's", async () => {
      const silent = new ScriptedProvider([["silence"]]);
      const router = routes.to([accessTo(silent)], { limits: { firstTokenMs: 50_000 } });
      const asked = await routes.call(router, { leftMs: 1000 });
      const error = await failureOf(routes.clock.passPauses(asked.whole(), 1000));
      assert.ok(error instanceof AllProvidersFailedError);
      assert.equal(error.code, "DEADLINE_EXCEEDED");
      assert.equal(asked.trace.attempts[0]?.limit, "deadline");
    });

    it("asks nobody when the deadline is over before it begins, and says that it was time", async () => {
      const provider = working();
      const error = await failureOf(routes.ask(routes.to([accessTo(provider)]), { leftMs: 0 }));
      assert.ok(error instanceof AllProvidersFailedError);
      assert.equal(error.code, "DEADLINE_EXCEEDED");
      assert.equal(error.retryable, true);
      assert.equal(provider.calls.length, 0);
    });

    it("says of a route whose candidates all rest that it may be asked later", async () => {
      const router = routes.to([accessTo(failing(failure("unavailable")))], { retries: 4 });
      await failureOf(routes.ask(router));
      const error = await failureOf(routes.ask(router));
      assert.ok(error instanceof AllProvidersFailedError);
      assert.equal(error.attempts.length, 0);
      assert.equal(error.retryable, true);
      assert.match(error.message, /failed too often, and is tried again in 15\.0 s/);
    });
  });
});
