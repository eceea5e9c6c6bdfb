import assert from "node:assert/strict";
import { accessTo, failure, ScriptedProvider } from "../../../test/fixtures/scripted-provider.ts";
import {
  failing,
  failureOf,
  scope,
  scriptedRoutes,
  working,
} from "../../../test/fixtures/scripted-routes.ts";
import { AllProvidersFailedError } from "../../errors/route-errors.ts";
import { refusedRequest } from "../../providers/errors/refused-request.ts";

/** What a provider says that does not ask its vendor. */
const refused = (name: string) =>
  new ScriptedProvider([[refusedRequest(name, "it fetches no images. Send them as data URLs.")]], {
    name,
  });

describe("a call to whom the request cannot be put", () => {
  const routes = scriptedRoutes();

  it("goes to the next one, and was no attempt", async () => {
    const first = refused("First");
    const router = routes.to([accessTo(first, "a"), accessTo(working(), "b")]);
    const asked = await routes.call(router);
    assert.equal((await asked.whole()).text, "Hello.");
    const { attempts, candidates, cost } = asked.trace;
    assert.deepEqual(
      attempts.map(({ profile }) => profile),
      ["b"],
    );
    assert.deepEqual(
      candidates.map(({ skipped }) => skipped),
      ["it fetches no images. Send them as data URLs", null],
    );
    assert.deepEqual([asked.failures.length, cost], [0, null]);
  });

  it("tells everybody's words when nobody is left, as the request's fault", async () => {
    const router = routes.to([accessTo(refused("First"), "a"), accessTo(refused("Second"), "b")]);
    const error = await failureOf(routes.ask(router));
    assert.ok(error instanceof AllProvidersFailedError);
    assert.deepEqual(
      [error.code, error.retryable, error.attempts.length],
      ["INVALID_ARGUMENT", false, 0],
    );
    assert.match(
      error.message,
      /a\/m: not asked, it fetches no images\. Send them as data URLs; b\/m: not asked, it fetches/,
    );
  });

  it("tells the sole candidate's words as they are", async () => {
    const error = await failureOf(routes.ask(routes.to([accessTo(refused("First"))])));
    assert.deepEqual(
      error,
      refusedRequest("First", "it fetches no images. Send them as data URLs."),
    );
  });

  it("leaves a breaker that is half open as it is", async () => {
    const unavailable = failure("unavailable");
    const refusal = refusedRequest("First", "no.");
    const provider = failing(unavailable, unavailable, refusal, unavailable);
    const config = { retries: 0, breaker: { failures: 2 } };
    const router = routes.to([accessTo(provider)], config);
    const breaker = async () =>
      (await router.explain({ route: "r", scope })).candidates[0]?.breaker;
    for (let request = 0; request < 2; request++) await failureOf(routes.ask(router));
    routes.clock.pass(15_000);
    assert.equal(await failureOf(routes.ask(router)), refusal);
    assert.equal(await breaker(), "half-open");
    await failureOf(routes.ask(router));
    assert.equal(await breaker(), "open");
  });

  it("saves up no retries, and is measured as nothing", async () => {
    const [refusal, limited] = [refusedRequest("First", "no."), failure("rate-limit")];
    const script = [...Array<Error>(12).fill(limited), ...Array<Error>(50).fill(refusal), limited];
    const provider = failing(...script);
    const config = { retries: 10, retryBudget: 0.5, backoffMs: 1 };
    const router = routes.to([accessTo(provider)], config);
    const callsOfNext = async () => {
      const before = provider.calls.length;
      await failureOf(routes.ask(router));
      return provider.calls.length - before;
    };
    assert.deepEqual([await callsOfNext(), await callsOfNext()], [11, 1]);
    for (let request = 0; request < 50; request++) assert.equal(await callsOfNext(), 1);
    const [candidate] = (await router.explain({ route: "r", scope })).candidates;
    assert.equal(candidate?.speed.firstTokenMs, null);
    assert.equal(await callsOfNext(), 2);
  });
});
