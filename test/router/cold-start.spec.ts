import assert from "node:assert/strict";
import type { ChatRequest } from "../../src/data-models/chat.ts";
import type { Provider } from "../../src/providers/provider.ts";
import { createKubeAI, createOllama } from "../../src/providers/vendors/self-hosted.ts";
import { RouteConfig } from "../../src/routing/plan/route-config.ts";
import { Router } from "../../src/routing/router.ts";
import { deferred } from "../fixtures/deferred.ts";
import { KubeAIStandIn } from "../fixtures/kubeai-stand-in.ts";
import { LocalStandIn } from "../fixtures/local-stand-in.ts";
import { ManualClock } from "../fixtures/manual-clock.ts";
import { asking, accessTo as profileAt } from "../fixtures/provider-questions.ts";
import { accessTo, failure, type ScriptedProvider } from "../fixtures/scripted-provider.ts";
import { failing, failureOf, scriptedRoutes, working } from "../fixtures/scripted-routes.ts";
import { testResources } from "../fixtures/test-resources.ts";

const scope = { user: null, workspace: null };

describe("a route to models that KubeAI starts when they are asked", () => {
  const resources = testResources();
  let clock: ManualClock;
  let kubeai: KubeAIStandIn;
  let provider: Provider;
  beforeEach(async () => {
    clock = new ManualClock();
    const standIn = await KubeAIStandIn.start();
    kubeai = standIn;
    resources.use({ [Symbol.asyncDispose]: () => standIn.close() });
    provider = createKubeAI(profileAt("kubeai", { baseUrl: kubeai.baseUrl }, null));
    await provider.load?.();
  });

  /** A route to these, each the only model of its profile. */
  function routeTo(candidates: readonly (readonly [model: string, provider: Provider])[]) {
    const config = RouteConfig.parse({
      name: "r",
      candidates: candidates.map(([model]) => ({ profile: model, model })),
    });
    const accesses = candidates.map(([model, each]) => accessTo(each, model));
    const router = new Router({ routes: [config], accessesOf: () => accesses, clock });
    resources.use({ [Symbol.dispose]: () => router.stop() });
    const call = () => {
      const deadline = new Date(clock.now() + 600_000);
      const { signal } = new AbortController();
      return router.call({ route: "r", scope }, asking(), { signal, deadline });
    };
    return { router, call, answer: async () => (await (await call()).whole()).text };
  }

  function coldAndWarm() {
    kubeai.add("cold", ["TextGeneration"]);
    kubeai.add("warm", ["TextGeneration"], { isReady: true });
    return routeTo([
      ["cold", provider],
      ["warm", provider],
    ]);
  }

  it("holds one request open at KubeAI while another model answers, then goes back", async () => {
    const { answer } = coldAndWarm();
    const first = answer();
    await kubeai.untilHeld("cold", 1);
    clock.pass(30_000);
    assert.equal(await first, "warm answers.");
    for (let request = 0; request < 5; request++) assert.equal(await answer(), "warm answers.");
    assert.deepEqual([kubeai.held("cold"), kubeai.asked.length], [1, 7]);
    kubeai.ready("cold");
    await kubeai.untilHeld("cold", 0);
    // One that begins before the router has heard of it goes to the other yet.
    while ((await answer()) !== "cold answers.");
    assert.equal(await answer(), "cold answers.");
  });

  it("waits with one request for the only model, and blames it for nothing", async () => {
    kubeai.add("cold", ["TextGeneration"]);
    const { router, call } = routeTo([["cold", provider]]);
    const asked = await call();
    const answer = asked.whole();
    await kubeai.untilHeld("cold", 1);
    clock.pass(119_999);
    kubeai.ready("cold");
    assert.equal((await answer).text, "cold answers.");
    assert.deepEqual([kubeai.asked.length, asked.trace.attempts.length], [1, 1]);
    const [candidate] = (await router.explain({ route: "r", scope })).candidates;
    assert.equal(candidate?.breaker, "closed");
  });

  for (const status of [502, 503, 504]) {
    it(`does not wait for a server at KubeAI that fails with ${status}`, async () => {
      kubeai.add("broken", ["TextGeneration"], { isReady: true });
      kubeai.fail("broken", status, "upstream connect error");
      const { call } = routeTo([["broken", provider]]);
      const asked = await call();
      const beganAt = clock.now();
      await failureOf(clock.passPauses(asked.whole()));
      assert.equal(kubeai.asked.length, 3);
      assert.ok(clock.now() - beganAt < 3000);
      assert.ok(asked.trace.attempts.every(({ reason }) => reason === "unavailable"));
    });
  }

  it("leaves nothing open after its stop", async () => {
    const { router, answer } = coldAndWarm();
    const first = answer();
    await kubeai.untilHeld("cold", 1);
    clock.pass(30_000);
    await first;
    router.stop();
    await kubeai.untilHeld("cold", 0);
    assert.equal(clock.pending, 0);
  });
});

describe("a route to a model that Ollama loads when it is asked", () => {
  const resources = testResources();
  const routes = scriptedRoutes();
  const long = {
    messages: [
      { role: "user" as const, content: "Once upon a time there was a frog. ".repeat(300) },
    ],
  };

  /** Asks a model that is not loaded, and then somebody else, until Ollama has been silent for long. */
  async function askPast(other: ScriptedProvider, request: ChatRequest, endless = false) {
    const model = { name: "m", contextTokens: 2048, endless };
    const server = resources.use(await LocalStandIn.start("ollama", model));
    const asked = deferred();
    const loaded = deferred();
    server.load = () => {
      asked.resolve();
      return loaded.promise;
    };
    const provider = createOllama(profileAt("ollama", { baseUrl: server.baseURL }, null));
    await provider.load?.();
    const router = routes.to([accessTo(provider, "ollama"), accessTo(other, "other")]);
    resources.use({ [Symbol.dispose]: () => router.stop() });
    const call = await routes.call(router, { request, leftMs: 600_000 });
    const whole = call.whole({ takesPartial: true });
    whole.catch(() => {});
    await asked.promise;
    routes.clock.pass(30_000);
    return { server, router, call, whole, loaded };
  }

  it("holds one request open while somebody else answers, then goes back", async () => {
    const { server, router, whole, loaded } = await askPast(working(), asking());
    assert.equal((await whole).text, "Hello.");
    assert.equal(await routes.ask(router), "Hello.");
    assert.equal(server.chats.length, 1);
    loaded.resolve();
    // One that begins before the router has heard of it goes to the other yet.
    while ((await routes.ask(router)) !== " Hello from tiny gguf.");
  });

  for (const endless of [false, true]) {
    const what = endless ? "the part of an answer" : "the answer";
    it(`has ${what} to a held request checked for what was cut`, async () => {
      const { server, call, whole, loaded } = await askPast(
        failing(failure("quota")),
        long,
        endless,
      );
      loaded.resolve();
      const error = await failureOf(whole);
      assert.match(String(error), /about \d+ tokens, and "m" has 2048/);
      assert.equal(server.chats.length, 1);
      assert.deepEqual(
        call.trace.attempts.map(({ profile, reason }) => [profile, reason]),
        [
          ["ollama", "context-length"],
          ["other", "quota"],
        ],
      );
    });
  }
});
