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
  scope,
  scriptedRoutes,
  working,
} from "../../../test/fixtures/scripted-routes.ts";

describe("what calls remember of candidates", () => {
  const routes = scriptedRoutes();

  it("stops asking what keeps failing, and asks once when it may be back", async () => {
    const first = failing(failure("unavailable"));
    const router = routes.to([accessTo(first, "a"), accessTo(working(), "b")]);
    for (let request = 0; request < 10; request++) await routes.ask(router);
    assert.equal(first.calls.length, 5);
    routes.clock.pass(15_000);
    const both = [routes.ask(router), routes.ask(router)];
    assert.deepEqual(await Promise.all(both), ["Hello.", "Hello."]);
    assert.equal(first.calls.length, 6);
  });

  it("does not open for those who limit the rate or refuse", async () => {
    const first = failing(failure("rate-limit"));
    const router = routes.to([accessTo(first, "a"), accessTo(working(), "b")], { retries: 0 });
    for (let request = 0; request < 20; request++) await routes.ask(router);
    assert.equal(first.calls.length, 20);
  });

  it("leaves at once, without another pause, when its own failures open the breaker", async () => {
    const router = routes.to([accessTo(failing(failure("unavailable")))], { retries: 9 });
    const asked = await routes.call(router);
    await failureOf(routes.clock.passPauses(asked.whole()));
    const last = asked.trace.attempts.at(-1);
    assert.equal(asked.trace.attempts.length, 5);
    assert.equal(last?.beganAt, routes.clock.now());
  });

  it("does not blame a candidate for which too little time was left", async () => {
    const provider = new ScriptedProvider([["silence"]]);
    const router = routes.to([accessTo(provider)]);
    for (let request = 0; request < 10; request++) {
      const asked = await routes.call(router, { leftMs: 10 });
      await failureOf(routes.clock.passPauses(asked.whole(), 10));
    }
    assert.equal(provider.calls.length, 10);
  });

  it("takes a first token that did not come for one that came at the limit", async () => {
    const limits = { firstTokenMs: 1500 };
    const router = routes.to([accessTo(new ScriptedProvider([["silence"]]))], { limits });
    await failureOf(routes.ask(router));
    const [candidate] = (await router.explain({ route: "r", scope })).candidates;
    assert.equal(candidate?.speed.firstTokenMs, 1500);
  });

  it("gives a probe back when its caller leaves", async () => {
    const scripts: readonly (readonly Step[])[] = [
      ...Array.from({ length: 5 }, () => [failure("unavailable")]),
      ["silence"],
      answer("Back."),
    ];
    const router = routes.to([accessTo(new ScriptedProvider(scripts))], { retries: 4 });
    await failureOf(routes.ask(router));
    routes.clock.pass(15_000);
    const leaving = new AbortController();
    const probe = (await routes.call(router, { signal: leaving.signal })).whole();
    await new Promise((resolve) => setImmediate(resolve));
    leaving.abort();
    await failureOf(probe);
    assert.equal(await routes.ask(router), "Back.");
  });
});
