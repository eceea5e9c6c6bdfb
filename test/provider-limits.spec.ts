import assert from "node:assert/strict";
import type { ProviderName } from "../src/providers/catalogue.ts";
import type { Provider, ProviderContext } from "../src/providers/provider.ts";
import { createProvider } from "../src/providers/registry.ts";
import { Attempt } from "../src/routing/call/attempt.ts";
import { HealthBook } from "../src/routing/health/candidate-health.ts";
import { RouteConfig, RouteLimits } from "../src/routing/plan/route-config.ts";
import { deferred } from "./fixtures/deferred.ts";
import { HttpStandIn } from "./fixtures/http-stand-in.ts";
import { ManualClock } from "./fixtures/manual-clock.ts";
import { accessTo as accessOf, FixedKeys } from "./fixtures/provider-questions.ts";
import { accessTo } from "./fixtures/scripted-provider.ts";

const limits = RouteLimits.parse({ connectMs: 100, firstTokenMs: 1000, loadingMs: 5000 });
const route = RouteConfig.parse({ name: "r", model: "m" });

/** Providers, and where their stand-in is. */
const providers: readonly [ProviderName, string, string?][] = [
  ["openai", "/v1"],
  ["azure-openai", "/openai/v1"],
  ["self-hosted", "/v1"],
  ["self-hosted", "/v1", "models.internal"],
  ["ollama", "/v1"],
  ["mistral", "/v1"],
  ["cohere", ""],
  ["huggingface", "/v1"],
  ["anthropic", ""],
  ["gemini", "/v1beta"],
];

describe("a route's limits over a provider", () => {
  let vendor: HttpStandIn;
  let clock: ManualClock;
  before(async () => {
    vendor = await HttpStandIn.start();
  });
  after(() => vendor.close());
  beforeEach(() => {
    vendor.reset();
    clock = new ManualClock();
  });

  function begin(provider: Provider) {
    const access = accessTo(provider);
    const health = new HealthBook(clock, () => 0.5).of(route, "main", "m");
    const turn = { access, model: "m", isFallback: false, price: null, health };
    const request = { messages: [{ role: "user" as const, content: "Hello" }] };
    const { signal } = new AbortController();
    const deadline = clock.now() + 60_000;
    const attempt = new Attempt({ turn, request, limits, deadline, signal, clock });
    return { attempt, ending: assert.rejects(Array.fromAsync(attempt.events())) };
  }

  for (const [name, path, host] of providers) {
    const create = () => {
      const info = { baseUrl: `${vendor.origin}${path}`, ...(host !== undefined && { host }) };
      return createProvider(accessOf(name, info).profile, new FixedKeys());
    };
    const where = host === undefined ? "" : ` behind ${host}`;

    // Ollama loads a model without a word, and not to its end if nobody waits for it.
    const limit = name === "ollama" ? "loadingMs" : "connectMs";
    it(`end at ${limit} where ${name}${where} takes the request and says nothing`, async () => {
      vendor.reply({ ending: "hang" });
      const { attempt, ending } = begin(create());
      await vendor.received(1);
      clock.pass((limits[limit] ?? 0) - 1);
      assert.equal(attempt.limit, null);
      clock.pass(1);
      await ending;
      assert.equal(attempt.limit, limit);
      await vendor.last.closed;
    });

    it(`end at firstTokenMs where ${name}${where} says its status and then nothing`, async () => {
      vendor.reply({ headers: { "content-type": "text/event-stream" }, body: "", ending: "hang" });
      const provider = create();
      const opened = deferred();
      const { attempt, ending } = begin({
        ...provider,
        stream: (model, request, context) =>
          provider.stream(model, request, { ...context, onOpen: () => tell(context) }),
      });
      const tell = ({ onOpen }: ProviderContext) => {
        onOpen?.();
        opened.resolve();
      };
      await opened.promise;
      clock.pass(999);
      assert.equal(attempt.limit, null);
      clock.pass(1);
      await ending;
      assert.equal(attempt.limit, "firstTokenMs");
      await vendor.last.closed;
    });
  }
});
