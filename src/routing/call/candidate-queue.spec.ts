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
