import assert from "node:assert/strict";
import {
  accessTo,
  answer,
  finish,
  ScriptedProvider,
} from "../../../test/fixtures/scripted-provider.ts";
import { failureOf, scriptedRoutes, working } from "../../../test/fixtures/scripted-routes.ts";
import type { ChatEvent } from "../../data-models/chat.ts";
import { AllProvidersFailedError } from "../../errors/route-errors.ts";

describe("a whole answer without content", () => {
  const routes = scriptedRoutes();

  for (const reason of ["stop", "length", "tool-calls"] as const) {
    it(`is a failure that ends with ${reason}: the same is asked again, then the next`, async () => {
      const empty = new ScriptedProvider([[finish(reason)]]);
      const asked = await routes.call(routes.to([accessTo(empty, "a"), accessTo(working(), "b")]));
      assert.equal((await routes.clock.passPauses(asked.whole())).text, "Hello.");
      assert.equal(empty.calls.length, 3);
      assert.equal(asked.trace.attempts[0]?.reason, "malformed");
    });
  }

  it("may be followed by a better one of the same", async () => {
    const moody = new ScriptedProvider([[finish()], answer("Hello again.")]);
    assert.equal(await routes.ask(routes.to([accessTo(moody)])), "Hello again.");
  });

  it("is the filter's word after a content filter, and nobody else is asked", async () => {
    const other = working();
    const filtered = new ScriptedProvider([[finish("content-filter")]]);
    const asked = await routes.call(routes.to([accessTo(filtered, "a"), accessTo(other, "b")]));
    const { text, finishReason } = await asked.whole();
    assert.deepEqual([text, finishReason, other.calls.length], ["", "content-filter", 0]);
  });

  for (const event of [
    { type: "image", base64: "AA==" },
    { type: "tool-call", call: { id: "1", name: "look", arguments: "{}" } },
  ] as const satisfies readonly ChatEvent[]) {
    it(`is none that has a ${event.type}`, async () => {
      const provider = new ScriptedProvider([[event, finish("tool-calls")]]);
      await (await routes.call(routes.to([accessTo(provider)]))).whole();
      assert.equal(provider.calls.length, 1);
    });
  }

  it("says what it was when nobody has more to say, in words for the participant", async () => {
    const empty = new ScriptedProvider([[finish("length")]]);
    const error = await failureOf(routes.ask(routes.to([accessTo(empty)])));
    assert.ok(error instanceof AllProvidersFailedError);
    assert.deepEqual([error.code, error.retryable], ["INTERNAL", true]);
    assert.match(error.message, /reached its token limit before it wrote anything/);
    assert.equal(error.participantText, "The AI gave no answer. Please try again.");
  });
});
