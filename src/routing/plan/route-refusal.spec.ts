import assert from "node:assert/strict";
import { ManualClock } from "../../../test/fixtures/manual-clock.ts";
import { accessTo, answer, ScriptedProvider } from "../../../test/fixtures/scripted-provider.ts";
import { isSameModel } from "../../data-models/model-name.ts";
import { AllProvidersFailedError, UnknownModelError } from "../../errors/route-errors.ts";
import { Router } from "../router.ts";
import { RouteConfig } from "./route-config.ts";

describe("a route on which nobody may be asked", () => {
  const scope = { user: "ada", workspace: "lab" };
  const hello = { messages: [{ role: "user" as const, content: "Hello" }] };
  const clock = new ManualClock();
  const deadline = new Date(clock.now() + 9000);
  const context = { signal: new AbortController().signal, deadline };
  let provider: ScriptedProvider;
  let refused: unknown[];
  beforeEach(() => {
    provider = new ScriptedProvider([answer("Hello.")]);
    refused = [];
  });

  /** The caller has one profile, of one model; what the rules refuse is noted. */
  function routerOf(route: object, allowed: readonly string[] = ["small"]): Router {
    const access = accessTo(provider, "home", {
      isOpen: false,
      judge: (model) =>
        isSameModel(model, "small")
          ? { isAllowed: true, model: "small" }
          : { isAllowed: false, reason: "allowedModels does not have it" },
    });
    return new Router({
      routes: [RouteConfig.parse({ name: "r", ...route })],
      accessesOf: () => [access],
      clock,
      refuse: (model, who) => {
        refused.push([model, who]);
        return allowed.includes(model) ? null : new UnknownModelError(model, "Allowed: small.");
      },
    });
  }
  const call = (router: Router, model?: string) =>
    router.call({ route: "r", scope, model }, hello, context);

  it("is refused in the words of the rules, before anybody is asked", async () => {
    const router = routerOf({ model: "large" });
    await assert.rejects(call(router), { code: "NOT_FOUND", message: /"large".*Allowed: small\./ });
    assert.deepEqual(refused, [["large", scope]]);
    assert.deepEqual(provider.calls, []);
  });

  it("is explained in the same words", async () => {
    const { error, candidates } = await routerOf({ model: "large" }).explain({ route: "r", scope });
    assert.deepEqual(error, {
      code: "NOT_FOUND",
      message: 'No profile has the model "large". Allowed: small.',
    });
    assert.deepEqual(
      candidates.map(({ skipped }) => skipped),
      ["allowedModels does not have it"],
    );
  });

  it("goes on with fallbacks for its own model, and not for one that the caller names", async () => {
    const router = routerOf({ model: "large", fallbackModels: ["small"] });
    await (await call(router)).whole();
    assert.deepEqual(
      provider.calls.map(({ model }) => model),
      ["small"],
    );
    await assert.rejects(call(router, "huge"), UnknownModelError);
    const { error, candidates } = await router.explain({ route: "r", scope, model: "huge" });
    assert.equal(error?.code, "NOT_FOUND");
    assert.ok(candidates.every(({ skipped }) => skipped !== null));
    assert.equal(provider.calls.length, 1);
  });

  it("names the first of its candidates' models, if all of them are refused", async () => {
    const candidates = ["large", "huge"].map((model) => ({ profile: "away", model }));
    await assert.rejects(call(routerOf({ candidates })), /"large"/);
    // Somebody else may be asked for it, so that the rules have nothing against the model.
    const elsewhere = await call(routerOf({ candidates }, ["small", "huge"]));
    await assert.rejects(elsewhere.whole(), AllProvidersFailedError);
  });

  it("refuses nothing while somebody may be asked", async () => {
    const router = routerOf({ model: "Small" });
    await (await call(router)).whole();
    assert.deepEqual(refused, []);
    assert.equal((await router.explain({ route: "r", scope })).error, null);
  });
});
