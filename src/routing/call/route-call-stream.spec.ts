import assert from "node:assert/strict";
import {
  accessTo,
  answer,
  failure,
  ScriptedProvider,
  text,
} from "../../../test/fixtures/scripted-provider.ts";
import { scriptedRoutes, working } from "../../../test/fixtures/scripted-routes.ts";
import type { RouteCall } from "./route-call.ts";

describe("a call along a route, streamed", () => {
  const routes = scriptedRoutes();

  async function words(asked: RouteCall): Promise<string> {
    let all = "";
    for await (const event of asked.stream()) if (event.type === "text") all += event.text;
    return all;
  }

  it("passes on what comes as it comes", async () => {
    const provider = new ScriptedProvider([[text("One"), "silence"]]);
    const stream = (await routes.call(routes.to([accessTo(provider)]))).stream();
    assert.deepEqual((await stream.next()).value, text("One"));
    await stream.return();
    assert.equal(provider.calls[0]?.signal.aborted, true);
  });

  it("says that a reader who left cancelled it, and blames nobody", async () => {
    const provider = new ScriptedProvider([[text("One"), "silence"]]);
    const router = routes.to([accessTo(provider)]);
    for (let request = 0; request < 10; request++) {
      const asked = await routes.call(router);
      for await (const _ of asked.stream()) break;
      assert.equal(asked.trace.attempts[0]?.outcome, "cancelled");
    }
    assert.equal(provider.calls.length, 10);
  });

  it("tries again what broke before its first content, an empty text included", async () => {
    const broken = failure("broken-stream");
    const provider = new ScriptedProvider([[text(""), broken], answer("Whole.")]);
    assert.equal(
      await routes.clock.passPauses(words(await routes.call(routes.to([accessTo(provider)])))),
      "Whole.",
    );
  });

  for (const shown of [
    text("One"),
    { type: "image", base64: "AA==" },
    { type: "tool-call", call: { id: "1", name: "look", arguments: "{}" } },
  ] as const) {
    it(`ends with an error when it breaks after its first ${shown.type}`, async () => {
      const provider = new ScriptedProvider([[shown, failure("unavailable")]]);
      const other = working();
      const asked = await routes.call(routes.to([accessTo(provider, "a"), accessTo(other, "b")]));
      await assert.rejects(words(asked), {
        name: "ProviderError",
        reason: "broken-stream",
        retryable: true,
      });
      assert.equal(other.calls.length, 0);
      assert.equal(asked.trace.attempts[0]?.reason, "unavailable");
    });
  }
});
