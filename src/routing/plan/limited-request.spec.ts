import assert from "node:assert/strict";
import { accessTo, answer, ScriptedProvider } from "../../../test/fixtures/scripted-provider.ts";
import { hello, scope, scriptedRoutes } from "../../../test/fixtures/scripted-routes.ts";
import type { Capabilities } from "../../providers/provider.ts";
import { RouteConfig } from "./route-config.ts";

describe("the longest answer that a candidate is asked for", () => {
  const routes = scriptedRoutes();

  async function askedFor(
    limits: { route?: number; profile?: number; request?: number },
    can: Partial<Capabilities> = {},
  ) {
    const provider = new ScriptedProvider([answer("Hello.")], can);
    const { route, profile, request } = limits;
    const access = accessTo(provider, "main", profile === undefined ? {} : { maxTokens: profile });
    const router = routes.to([access], route === undefined ? {} : { maxTokens: route });
    const asked = { ...hello, ...(request !== undefined && { maxTokens: request }) };
    await routes.ask(router, { request: asked });
    return provider.calls.map((call) => call.request.maxTokens);
  }

  for (const [what, limits, expected] of [
    ["nothing where nobody says", {}, undefined],
    ["the route's", { route: 100 }, 100],
    ["the profile's", { profile: 100 }, 100],
    ["the smaller one of both", { route: 200, profile: 100 }, 100],
    ["the request's own, if it is smaller", { route: 100, request: 50 }, 50],
    ["no more than the route's, whatever the request wants", { route: 100, request: 150 }, 100],
  ] as const) {
    it(`is ${what}`, async () => {
      assert.deepEqual(await askedFor(limits), [expected]);
    });
  }

  it("gives way to the model's window, where the request's own wish would not", async () => {
    const [limited] = await askedFor({ route: 4096 }, { contextTokens: 4096 });
    assert.ok(limited !== undefined && limited > 4000 && limited < 4096);
    await assert.rejects(askedFor({ request: 4097 }, { contextTokens: 4096 }), /has room for 4096/);
  });

  it("passes over who cannot be told, as any other wish", async () => {
    const parameters = new Set(["temperature"] as const);
    await assert.rejects(askedFor({ route: 100 }, { parameters }), /cannot take maxTokens/);
    const router = routes.to([accessTo(new ScriptedProvider([], { parameters }))], {
      maxTokens: 1,
    });
    const [candidate] = (await router.explain({ route: "r", scope }, hello)).candidates;
    assert.match(candidate?.skipped ?? "", /maxTokens/);
  });

  it("is a whole number of tokens, of which there is one", () => {
    for (const maxTokens of [0, -1, 1.5, "many"]) {
      assert.ok(!RouteConfig.safeParse({ name: "r", model: "m", maxTokens }).success);
    }
  });
});
