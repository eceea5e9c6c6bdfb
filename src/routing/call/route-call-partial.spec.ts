import assert from "node:assert/strict";
import {
  accessTo,
  answer,
  failure,
  ScriptedProvider,
  type Step,
  text,
} from "../../../test/fixtures/scripted-provider.ts";
import { scope, scriptedRoutes } from "../../../test/fixtures/scripted-routes.ts";
import type { WholeAnswer } from "./whole-answer.ts";

const patient = { limits: { firstTokenMs: 3_600_000, idleMs: 3_600_000 } };
const endless: readonly Step[] = [text("Once there "), text("was a frog"), "silence"];

describe("an answer that is still being written at the deadline", () => {
  const routes = scriptedRoutes();

  /** Lets what is there to be read be read. */
  const read = () => new Promise((resolve) => setImmediate(resolve));

  async function begin(
    scripts: readonly (readonly Step[])[],
    { leftMs = 60_000, takesPartial = true } = {},
  ) {
    const provider = new ScriptedProvider(scripts);
    const router = routes.to([accessTo(provider)], patient);
    const call = await routes.call(router, { leftMs });
    const outcome: { answer?: WholeAnswer; error?: unknown } = {};
    const whole = call.whole({ takesPartial }).then(
      (value) => {
        outcome.answer = value;
      },
      (error: unknown) => {
        outcome.error = error;
      },
    );
    await read();
    const pass = async (milliseconds: number) => {
      routes.clock.pass(milliseconds);
      await read();
    };
    return { provider, router, call, outcome, whole, pass };
  }

  it("is delivered a second before, as far as it came", async () => {
    const { provider, router, call, outcome, pass } = await begin([endless]);
    await pass(58_999);
    assert.deepEqual(outcome, {});
    await pass(1);
    assert.deepEqual(
      [outcome.answer?.text, outcome.answer?.finishReason, outcome.answer?.usage.outputTokens],
      ["Once there was a frog", "deadline", null],
    );
    assert.deepEqual(
      call.trace.attempts.map(({ outcome: came, finishReason, limit, cost }) => [
        came,
        finishReason,
        limit,
        cost,
      ]),
      [["answered", "deadline", "deadline", null]],
    );
    assert.equal(provider.calls[0]?.signal.aborted, true);
    const [candidate] = (await router.explain({ route: "r", scope })).candidates;
    assert.equal(candidate?.breaker, "closed");
  });

  it("is given a twentieth of a short time", async () => {
    const { outcome, pass } = await begin([endless], { leftMs: 1000 });
    await pass(949);
    assert.deepEqual(outcome, {});
    await pass(1);
    assert.equal(outcome.answer?.finishReason, "deadline");
  });

  it("is an error where that is not wanted", async () => {
    const { outcome, whole, pass } = await begin([endless], { takesPartial: false });
    await pass(59_999);
    assert.deepEqual(outcome, {});
    await pass(1);
    await whole;
    assert.match(String(outcome.error), /no whole answer before the request's deadline/);
  });

  for (const [what, script] of [
    ["nothing", ["silence"]],
    ["blanks", [text("\n "), "silence"]],
    ["an image alone", [{ type: "image", base64: "AA==" }, "silence"]],
  ] as const satisfies readonly [string, readonly Step[]][]) {
    it(`is an error where ${what} came of it`, async () => {
      const { outcome, whole, pass } = await begin([script]);
      await pass(60_000);
      await whole;
      assert.equal(Reflect.get(Object(outcome.error), "code"), "DEADLINE_EXCEEDED");
    });
  }

  it("may come whole in the last second, if nothing of it was there before", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const late = new ScriptedProvider([answer("Just in time.")]);
    const { stream } = late;
    const provider = Object.assign(late, {
      stream: async function* (...asked: Parameters<typeof stream>) {
        await promise;
        yield* stream.apply(late, asked);
      },
    });
    const call = await routes.call(routes.to([accessTo(provider)], patient));
    const whole = call.whole({ takesPartial: true });
    await read();
    routes.clock.pass(59_500);
    resolve();
    assert.deepEqual((await whole).finishReason, "stop");
  });

  it("is not what came of an attempt that broke", async () => {
    const { outcome, whole, pass } = await begin([[text("Once there"), failure("timeout")]]);
    await pass(60_000);
    await whole;
    assert.deepEqual(
      [outcome.answer, Reflect.get(Object(outcome.error), "attempts")?.length],
      [undefined, 1],
    );
  });
});
