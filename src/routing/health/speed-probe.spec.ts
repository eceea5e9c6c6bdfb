import assert from "node:assert/strict";
import {
  ableToAll,
  accessTo,
  answer,
  finish,
  ScriptedProvider,
  text,
} from "../../../test/fixtures/scripted-provider.ts";
import { scope, scriptedRoutes } from "../../../test/fixtures/scripted-routes.ts";
import { pause } from "../call/clock.ts";
import { RouteConfig } from "../plan/route-config.ts";
import { Router } from "../router.ts";

describe("asking the fastest first", () => {
  const routes = scriptedRoutes();

  it("asks the one that the table calls faster first, until it has measured it as slower", async () => {
    const said = new ScriptedProvider([[text("said"), finish()]]);
    const other = new ScriptedProvider([[text("other"), finish()]]);
    const { stream } = said;
    said.stream = async function* (...asked) {
      routes.clock.pass(2000);
      yield* stream.apply(said, asked);
    };
    const price = { inputPerMillion: 1, outputPerMillion: 1 };
    const router = new Router({
      routes: [RouteConfig.parse({ name: "r", model: "m", speedPriority: "high" })],
      prices: { "said/m": { ...price, speed: 1000 }, "other/m": { ...price, speed: 500 } },
      accessesOf: () => [
        accessTo(other, "b", { providerName: "other" }),
        accessTo(said, "a", { providerName: "said" }),
      ],
      clock: routes.clock,
    });
    const answers: string[] = [];
    for (let request = 0; request < 3; request++) answers.push(await routes.ask(router));
    assert.deepEqual(answers, ["said", "other", "other"]);
  });

  /** A provider whose first content takes as long as the test says, on the test's clock. */
  class Paced extends ScriptedProvider {
    firstTokenMs: number;

    constructor(firstTokenMs: number) {
      super([answer("Hello.")]);
      this.firstTokenMs = firstTokenMs;
    }

    override async *stream(...asked: Parameters<ScriptedProvider["stream"]>) {
      const [, , { signal }] = asked;
      await pause(routes.clock, this.firstTokenMs, signal);
      yield* super.stream(...asked);
    }
  }

  /** Who answers when the route is asked so often, every three seconds. */
  async function answerers(router: Router, requests: number): Promise<string> {
    let all = "";
    for (let request = 0; request < requests; request++) {
      const call = await routes.call(router);
      await routes.clock.passPauses(call.whole(), 60_000);
      routes.clock.pass(3000);
      all += call.trace.chosen?.profile ?? "-";
    }
    return all;
  }

  function twoOf(a: ScriptedProvider, b: ScriptedProvider, config: object = {}): Router {
    return routes.to([accessTo(a, "a"), accessTo(b, "b")], { speedPriority: "high", ...config });
  }

  it("comes back to a fast one after one bad moment: one request finds out, and the others return", async () => {
    const [fast, slow] = [new Paced(10), new Paced(900)];
    const router = twoOf(fast, slow);
    await answerers(router, 10);
    fast.firstTokenMs = 45_000;
    // Its limit passes, and the other one answers.
    assert.equal(await answerers(router, 1), "b");
    fast.firstTokenMs = 10;
    const asked = await answerers(router, 20);
    assert.match(asked, /^b{3,5}a{4}/);
    assert.ok(asked.replaceAll("a", "").length <= 8, asked);
  });

  it("measures who was never asked, once, and then ever more seldom", async () => {
    const [first, second] = [new Paced(500), new Paced(900)];
    const asked = await answerers(twoOf(first, second), 400);
    const probes = [...asked.matchAll(/b/g)].map(({ index }) => index);
    assert.ok(probes.length >= 5 && probes.length <= 7, asked);
    const gaps = probes.slice(1).map((place, index) => place - (probes[index] ?? 0));
    assert.deepEqual(
      gaps,
      gaps.toSorted((one, other) => one - other),
    );
  });

  it("finds one that became faster", async () => {
    const [first, second] = [new Paced(500), new Paced(900)];
    const router = twoOf(first, second);
    await answerers(router, 20);
    second.firstTokenMs = 10;
    const asked = await answerers(router, 60);
    assert.match(asked, /^a+b{4}/);
    assert.ok(asked.lastIndexOf("bbbbbbbb") > 40, asked);
  });

  it("leaves who finds out, unblamed, when the fastest would have ended", async () => {
    const [first, second] = [new Paced(500), new Paced(60_000)];
    const router = twoOf(first, second);
    const all: number[] = [];
    for (let request = 0; request < 40; request++) {
      const call = await routes.call(router);
      await routes.clock.passPauses(call.whole(), 60_000);
      routes.clock.pass(3000);
      assert.equal(call.trace.chosen?.profile, "a");
      const [attempt, ...more] = call.trace.attempts;
      if (more.length > 0) all.push(attempt?.durationMs ?? 0);
    }
    assert.ok(all.length >= 3, `${all}`);
    assert.ok(
      all.every((durationMs) => durationMs === 1000),
      `${all}`,
    );
  });

  it("asks one at a time to find out, however many ask at once", async () => {
    const [first, second] = [new Paced(500), new Paced(900)];
    const router = twoOf(first, second);
    await answerers(router, 1);
    routes.clock.pass(60_000);
    const calls = await Promise.all(Array.from({ length: 20 }, () => routes.call(router)));
    await Promise.all(calls.map((call) => routes.clock.passPauses(call.whole(), 60_000)));
    assert.equal(second.calls.length, 1);
  });

  for (const [what, config] of [
    ["as written", { speedPriority: undefined }],
    ["by price", { speedPriority: "low" }],
  ] as const) {
    it(`finds nothing out where candidates are asked ${what}`, async () => {
      const asked = await answerers(twoOf(new Paced(900), new Paced(10), config), 40);
      assert.equal(asked, "a".repeat(40));
    });
  }

  it("finds out about nobody who cannot be asked, nor by an explanation", async () => {
    const [first, unable] = [new Paced(500), new Paced(10)];
    unable.capabilities = () => ({ ...ableToAll, images: false });
    const router = twoOf(first, unable);
    await router.explain({ route: "r", scope });
    routes.clock.pass(60_000);
    const content = [{ type: "image" as const, url: "data:image/png;base64,AA==" }];
    const request = { messages: [{ role: "user" as const, content }] };
    await routes.ask(router, { request });
    await router.explain({ route: "r", scope });
    assert.equal(unable.calls.length, 0);
    assert.equal(await answerers(router, 1), "b");
  });
});
