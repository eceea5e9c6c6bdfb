import assert from "node:assert/strict";
import {
  accessTo,
  answer,
  failure,
  ScriptedProvider,
} from "../../test/fixtures/scripted-provider.ts";
import { ProviderError } from "../errors/model-errors.ts";
import { RouteNotFoundError } from "../errors/route-errors.ts";
import { RouteConfig } from "./plan/route-config.ts";
import { Router } from "./router.ts";

const scope = { user: "ada", workspace: "lab" };
const hello = { messages: [{ role: "user" as const, content: "Hello" }] };

describe("Router", () => {
  const provider = new ScriptedProvider([answer("Hello.")]);
  const anthropic = accessTo(provider, "claude", { providerName: "anthropic" });
  const openai = accessTo(provider, "gpt", { providerName: "openai" });
  const own = accessTo(provider, "own", { providerName: "ollama" });

  function router(...routes: readonly object[]): Router {
    return new Router({
      routes: routes.map((route) => RouteConfig.parse(route)),
      accessesOf: () => [anthropic, openai, own],
      random: () => 0.5,
    });
  }

  async function order(route: object, model?: string): Promise<readonly string[]> {
    const { candidates } = await router({ name: "r", ...route }).explain({
      route: "r",
      scope,
      model,
    });
    return candidates.map(
      ({ profile, model: name, skipped }) =>
        `${profile}/${name}${skipped === null ? "" : " skipped"}`,
    );
  }

  it("asks for the profiles of who asks", async () => {
    const scopes: unknown[] = [];
    const route = RouteConfig.parse({ name: "r", model: "m" });
    const accessesOf = async (asked: unknown) => {
      scopes.push(asked);
      return [own];
    };
    await new Router({ routes: [route], accessesOf }).explain({ route: "r", scope });
    assert.deepEqual(scopes, [scope]);
  });

  it("imports what everybody on a route is asked with, each once, and says what is missing", async () => {
    const loads: string[] = [];
    const loading = (name: string, missing?: Error) =>
      accessTo(
        Object.assign(new ScriptedProvider([answer("Hello.")], { name }), {
          load: async () => {
            loads.push(name);
            if (missing) throw missing;
          },
        }),
        name,
      );
    const routes = [
      RouteConfig.parse({
        name: "r",
        candidates: [
          { profile: "first", model: "a" },
          { profile: "first", model: "b" },
          { profile: "second", model: "c" },
        ],
      }),
    ];
    const accessesOf = () => [loading("first"), loading("second"), loading("unused")];
    await new Router({ routes, accessesOf }).load({ route: "r", scope });
    assert.deepEqual(loads, ["first", "second"]);
    const missing = new ProviderError("Second", "FAILED_PRECONDITION", "npm install it");
    const broken = () => [loading("first"), loading("second", missing)];
    const router = new Router({ routes, accessesOf: broken });
    await assert.rejects(router.load({ route: "r", scope }), missing);
  });

  it("plans candidates, then each fallback model across providers, and nobody twice", async () => {
    assert.deepEqual(
      await order({
        candidates: [
          { profile: "gpt", model: "gpt-4o" },
          { profile: "own", model: "llama" },
        ],
        fallbackModels: ["claude-3-5-haiku", "GPT_4o", "llama"],
      }),
      [
        "gpt/gpt-4o",
        "own/llama",
        "claude/claude-3-5-haiku",
        // A model that is in no table may be anybody's who allows everything.
        "claude/llama",
        "gpt/llama",
        "gpt/claude-3-5-haiku skipped",
        "own/claude-3-5-haiku skipped",
        "claude/GPT_4o skipped",
        "own/GPT_4o skipped",
      ],
    );
  });

  it("asks the cheapest that has a fallback model first", async () => {
    const prices = { "ollama/gpt-4o": { inputPerMillion: 0, outputPerMillion: 0 } };
    const candidates = [{ profile: "claude", model: "claude-3-haiku" }];
    const route = RouteConfig.parse({ name: "r", candidates, fallbackModels: ["gpt-4o"] });
    const accessesOf = () => [anthropic, openai, own];
    const some = new Router({ routes: [route], prices, accessesOf });
    const explained = await some.explain({ route: "r", scope });
    assert.deepEqual(
      explained.candidates.filter(({ skipped }) => skipped === null).map(({ profile }) => profile),
      ["claude", "own", "gpt"],
    );
  });

  it("orders candidates that were written down only when it is told to", async () => {
    const candidates = [
      { profile: "gpt", model: "gpt-4o" },
      { profile: "gpt", model: "gpt-4o-mini" },
      { profile: "own", model: "llama" },
      { profile: "claude", model: "claude-haiku-5-5" },
    ];
    assert.equal((await order({ candidates }))[0], "gpt/gpt-4o");
    assert.deepEqual(await order({ candidates, speedPriority: "low" }), [
      "claude/claude-haiku-5-5",
      "gpt/gpt-4o-mini",
      "gpt/gpt-4o",
      "own/llama",
    ]);
    const wish = { candidates, speedPriority: "low", provider: "ollama" };
    assert.equal((await order(wish))[0], "own/llama");
  });

  it("takes another model in the place of the route's own", async () => {
    const route = { candidates: [{ profile: "gpt", model: "gpt-4o" }] };
    const [first] = await order(route, "claude-3-5-sonnet");
    assert.equal(first, "claude/claude-3-5-sonnet");
  });

  it("names the routes there are for one that is not", async () => {
    const some = router({ name: "poets", model: "m" }, { name: "cooks", model: "m" });
    await assert.rejects(some.explain({ route: "poet", scope }), (error) => {
      assert.ok(error instanceof RouteNotFoundError);
      assert.match(error.message, /"poet"; there is poets, cooks\. Did you mean poets\?/);
      return true;
    });
  });

  it("explains price, speed and breaker, and calls nobody", async () => {
    const silent = new ScriptedProvider([[failure("unavailable")]]);
    const accessesOf = () => [accessTo(silent, "gpt", { providerName: "openai" })];
    const route = RouteConfig.parse({ name: "r", model: "gpt-4o", retries: 4, backoffMs: 1 });
    const some = new Router({ routes: [route], accessesOf, random: () => 0 });
    const [before] = (await some.explain({ route: "r", scope })).candidates;
    assert.equal(silent.calls.length, 0);
    assert.deepEqual(before?.price, { inputPerMillion: 2.5, outputPerMillion: 10 });
    assert.deepEqual(before?.speed, { tokensPerSecond: 80, firstTokenMs: null, isMeasured: false });
    assert.equal(before?.breaker, "closed");
    const context = { signal: new AbortController().signal, deadline: new Date(Date.now() + 9000) };
    const call = await some.call({ route: "r", scope }, hello, context);
    await assert.rejects(call.whole());
    const [after] = (await some.explain({ route: "r", scope })).candidates;
    assert.equal(after?.breaker, "open");
    assert.match(after?.skipped ?? "", /failed too often/);
  });
});

describe("RouteConfig", () => {
  it("fills in what is left out", () => {
    const route = RouteConfig.parse({ name: "r", model: "m" });
    assert.deepEqual(route, {
      name: "r",
      model: "m",
      speedPriority: "low",
      fallbackModels: [],
      limits: { firstTokenMs: 30_000, idleMs: 30_000, loadingMs: 120_000 },
      retries: 2,
      backoffMs: 500,
      longestWaitMs: 10_000,
      retryBudget: 0.2,
      breaker: { failures: 5, failureRate: 0.5, windowMs: 60_000, openMs: 15_000 },
    });
  });

  for (const [what, route] of [
    ["neither candidates nor a model", { name: "r" }],
    ["both", { name: "r", model: "m", candidates: [{ profile: "p", model: "m" }] }],
    ["no candidates", { name: "r", candidates: [] }],
    ["a misspelt key", { name: "r", model: "m", retires: 1 }],
    ["a misspelt limit", { name: "r", model: "m", limits: { firstToken: 1 } }],
    ["a limit of 0", { name: "r", model: "m", limits: { idleMs: 0 } }],
    ["another priority", { name: "r", model: "m", speedPriority: "middle" }],
    ["no name", { model: "m" }],
  ] as const) {
    it(`refuses ${what}`, () => assert.equal(RouteConfig.safeParse(route).success, false));
  }
});
