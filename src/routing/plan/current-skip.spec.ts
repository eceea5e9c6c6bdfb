import assert from "node:assert/strict";
import {
  ableToAll,
  accessTo,
  answer,
  ScriptedProvider,
} from "../../../test/fixtures/scripted-provider.ts";
import { hello, scope, scriptedRoutes } from "../../../test/fixtures/scripted-routes.ts";
import type { ChatRequest } from "../../data-models/chat.ts";
import type { Capabilities } from "../../providers/provider.ts";
import { capabilityGap } from "./current-skip.ts";
import { RouteConfig } from "./route-config.ts";

const plain: ChatRequest = { messages: [{ role: "user", content: "Hello" }] };
const tool = { name: "look", parameters: { type: "object" } };

describe("capabilityGap", () => {
  it("is null for a model that is able to all, and for a plain request to one that is able to nothing", () => {
    const image = { type: "image", url: "data:image/png;base64,AA==" } as const;
    const demanding: ChatRequest = {
      messages: [{ role: "user", content: [image] }],
      tools: [tool],
      temperature: 0,
      imageOutput: true,
      responseFormat: { type: "json-schema", name: "s", schema: {} },
    };
    assert.equal(capabilityGap(demanding, ableToAll), null);
    const unable = {
      images: false,
      tools: false,
      json: false,
      jsonSchema: false,
      parameters: new Set<never>(),
      contextTokens: null,
      embeddings: false,
      imageOutput: false,
    };
    assert.equal(capabilityGap(plain, unable), null);
  });

  for (const [what, request, missing, gap] of [
    [
      "images",
      { messages: [{ role: "user", content: [{ type: "image", url: "https://x/y.png" }] }] },
      { images: false },
      /cannot take images$/,
    ],
    ["tools", { ...plain, tools: [tool] }, { tools: false }, /cannot take tools$/],
    ["drawings", { ...plain, imageOutput: true }, { imageOutput: false }, /cannot take drawing$/],
    [
      "JSON",
      { ...plain, responseFormat: { type: "json" } },
      { json: false },
      /cannot take JSON answers$/,
    ],
    [
      "a schema",
      { ...plain, responseFormat: { type: "json-schema", name: "s", schema: {} } },
      { jsonSchema: false },
      /cannot take answers by a JSON schema$/,
    ],
    [
      "settings",
      { ...plain, temperature: 1, seed: 4, topP: 1 },
      { parameters: new Set(["topP"] as const) },
      /cannot take temperature, seed$/,
    ],
    [
      "length",
      { messages: [{ role: "user", content: "x".repeat(6000) }], maxTokens: 500 },
      { contextTokens: 1499 },
      /needs 1500 tokens at least, and it has room for 1499/,
    ],
  ] as const satisfies readonly [string, ChatRequest, Partial<Capabilities>, RegExp][]) {
    it(`names ${what} that the model cannot have`, () => {
      assert.match(capabilityGap(request, { ...ableToAll, ...missing })?.why ?? "", gap);
    });
  }

  it("asks for no more than the request surely needs", () => {
    const long: ChatRequest = { messages: [{ role: "user", content: "x".repeat(6000) }] };
    assert.equal(capabilityGap(long, { ...ableToAll, contextTokens: 1000 }), null);
  });
});

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
