import assert from "node:assert/strict";
import { RecordingLogger } from "../../test/fixtures/recording-logger.ts";
import {
  accessTo,
  answer,
  failure,
  finish,
  ScriptedProvider,
  text,
} from "../../test/fixtures/scripted-provider.ts";
import { scriptedRoutes, working } from "../../test/fixtures/scripted-routes.ts";
import { refusedRequest } from "../providers/errors/refused-request.ts";
import { logRouteCall } from "./log-route-call.ts";

describe("the log lines of a route's call", () => {
  const routes = scriptedRoutes();

  /** What is logged when these are asked, in this order. */
  async function linesOf(...providers: readonly ScriptedProvider[]) {
    const accesses = providers.map((provider, index) => accessTo(provider, `p${index}`));
    const call = await routes.call(routes.to(accesses));
    await routes.clock.passPauses(call.whole());
    const logger = new RecordingLogger();
    logRouteCall(call, logger);
    return logger.items;
  }

  it("tell that a content filter cut the answer", async () => {
    const cut = [text("Once there was a frog"), finish("content-filter")];
    const [line, ...more] = await linesOf(new ScriptedProvider([cut]));
    assert.equal(more.length, 0);
    assert.equal(line?.msg, "routed");
    const [attempt] = Array.isArray(line?.["attempts"]) ? line["attempts"] : [];
    assert.equal(attempt.finishReason, "content-filter");
    assert.doesNotMatch(JSON.stringify(line), /frog/);
  });

  it("tell of each failed attempt, and then of the way", async () => {
    const failing = new ScriptedProvider([[failure("quota")]]);
    const lines = await linesOf(failing, working());
    assert.deepEqual(
      lines.map(({ msg }) => msg),
      ["Scripted: quota.", "routed"],
    );
  });

  it("tell of a candidate that cannot honour the request as skipped, not as failed", async () => {
    const refusing = new ScriptedProvider([[refusedRequest("Scripted", "it fetches no images.")]]);
    const [line, ...more] = await linesOf(refusing, new ScriptedProvider([answer("Hello.")]));
    assert.equal(more.length, 0);
    const [skipped] = Array.isArray(line?.["skipped"]) ? line["skipped"] : [];
    assert.deepEqual([skipped.profile, skipped.skipped], ["p0", "it fetches no images"]);
  });
});
