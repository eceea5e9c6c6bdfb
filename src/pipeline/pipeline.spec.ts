import assert from "node:assert/strict";
import { Collected } from "../../test/fixtures/collected.ts";
import { deferred } from "../../test/fixtures/deferred.ts";
import { RecordingLogger } from "../../test/fixtures/recording-logger.ts";
import type { ChatEvent, ChatRequest } from "../data-models/chat.ts";
import type { RequestContext } from "../data-models/request-context.ts";
import { ScriptedModel } from "../testing/scripted-model.ts";
import { callDirectly, type DirectCallOptions } from "./direct-call.ts";
import { createPipeline } from "./pipeline.ts";

/** A model that streams what a test lets it. */
class StreamingModel extends ScriptedModel {
  readonly contexts = new Collected<RequestContext>();
  ended = 0;
  readonly #script: (context: RequestContext) => AsyncIterable<ChatEvent>;

  constructor(script: (context: RequestContext) => AsyncIterable<ChatEvent>) {
    super({ throws: new Error("a model that streams is not asked for a whole answer") });
    this.#script = script;
  }

  override async *streamResponse(_request: ChatRequest, context: RequestContext) {
    this.contexts.add(context);
    try {
      yield* this.#script(context);
    } finally {
      this.ended++;
    }
  }
}

describe("the pipeline", () => {
  const usage = { inputTokens: null, outputTokens: null };
  const finish: ChatEvent = { type: "finish", reason: "stop", usage };
  const text = (words: string): ChatEvent => ({ type: "text", text: words });
  const hello: ChatRequest = { messages: [{ role: "user", content: "hello" }] };

  function pipelineOf(model: ScriptedModel, limits: Partial<Limits> = {}) {
    const definition = model.getModelDefinition();
    return createPipeline({
      ...{ model, definition, maxConcurrency: 2, maxAnswerBytes: 1000, ...limits },
    });
  }
  interface Limits {
    readonly maxConcurrency: number;
    readonly maxAnswerBytes: number;
  }
  function ask(
    pipeline: ReturnType<typeof createPipeline>,
    options: Partial<DirectCallOptions> = {},
    request = hello,
  ) {
    return callDirectly(pipeline, request, { timeoutMs: 60_000, ...options });
  }
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const whole = (events: AsyncIterable<ChatEvent>) => Array.fromAsync(events);

  it("passes on what a model streams, piece by piece, and says that it is read so", async () => {
    const second = deferred<void>();
    const model = new StreamingModel(async function* () {
      yield text("Once");
      await second.promise;
      yield text(" upon");
      yield finish;
    });
    const events = ask(pipelineOf(model))[Symbol.asyncIterator]();
    assert.deepEqual((await events.next()).value, text("Once"));
    second.resolve();
    assert.deepEqual((await events.next()).value, text(" upon"));
    assert.deepEqual((await events.next()).value, finish);
    assert.equal((await events.next()).done, true);
    assert.deepEqual(
      model.contexts.items.map(({ isStreamed, signal }) => [isStreamed, signal.aborted]),
      [[true, false]],
    );
  });

  it("makes one answer of what a model says at once", async () => {
    const drawn = { answer: "a cat", image: "data:image/png;base64,AAAA" };
    const events = await whole(ask(pipelineOf(new ScriptedModel(drawn))));
    assert.deepEqual(events, [text("a cat"), { type: "image", base64: "AAAA" }, finish]);
  });

  it("asks a model that knows tasks only for the conversation, whatever made it", async () => {
    const model = new ScriptedModel({ answer: "yes" }, { canImage: true });
    const pipeline = pipelineOf(model);
    const task = { messages: [{ role: "poet", content: "hello" }] };
    await whole(ask(pipeline, {}, { ...hello, task }));
    await whole(
      ask(
        pipeline,
        {},
        {
          messages: [
            { role: "system", content: "Rhyme.", isDeveloper: true },
            {
              role: "user",
              name: "Ada",
              content: [
                { type: "text", text: "look" },
                { type: "image", url: "https://example.org/a.png" },
              ],
            },
            { role: "tool", toolCallID: "1", content: "12 degrees" },
          ],
        },
      ),
    );
    assert.deepEqual(
      model.calls.map(({ input }) => input),
      [
        task,
        {
          messages: [
            { role: "developer", content: "Rhyme." },
            {
              role: "Ada",
              content: [
                { type: "text", text: "look" },
                { type: "image_url", image_url: { url: "https://example.org/a.png" } },
              ],
            },
            { role: "tool", content: "12 degrees" },
          ],
        },
      ],
    );
  });

  it("ends a request at its deadline, also of a model that does not listen, whose place is free again", async () => {
    const model = new ScriptedModel([{ hangs: true, deaf: true }, { answer: "next" }]);
    const pipeline = pipelineOf(model, { maxConcurrency: 1 });
    await assert.rejects(whole(ask(pipeline, { timeoutMs: 30 })), {
      name: "DeadlineExceededError",
      message: /^No answer within 30 ms, of which 0 ms/,
    });
    assert.equal(model.calls[0]?.context.signal.aborted, true);
    assert.deepEqual(await whole(ask(pipeline)), [text("next"), finish]);
  });

  it("ends with its caller's reason, whether it runs or waits for its turn", async () => {
    const model = new ScriptedModel({ hangs: true });
    const pipeline = pipelineOf(model, { maxConcurrency: 1 });
    const controllers = [new AbortController(), new AbortController()];
    const calls = controllers.map(({ signal }) => whole(ask(pipeline, { signal })));
    const ended = Promise.allSettled(calls);
    const reasons = [new Error("the first left"), new Error("the second left")];
    controllers[1]?.abort(reasons[1]);
    await assert.rejects(calls[1] ?? Promise.resolve(), reasons[1]);
    controllers[0]?.abort(reasons[0]);
    await ended;
    await assert.rejects(calls[0] ?? Promise.resolve(), reasons[0]);
    assert.equal(model.calls.length, 1);
    assert.equal(model.calls[0]?.context.signal.reason, reasons[0]);
    const gone = AbortSignal.abort(new Error("nobody came"));
    await assert.rejects(whole(ask(pipeline, { signal: gone })), /nobody came/);
  });

  it("tells a model that its reader has left, and waits for nothing more", async () => {
    const model = new StreamingModel(async function* (context) {
      for (let count = 0; !context.signal.aborted; count++) yield text(`${count} `);
      yield finish;
    });
    for await (const event of ask(pipelineOf(model))) {
      assert.deepEqual(event, text("0 "));
      break;
    }
    assert.equal(model.contexts.items[0]?.signal.aborted, true);
    while (model.ended === 0) await turn();
  });

  it("lets no more at once to the model than may be, in the order of their coming", async () => {
    const turns = ["1", "2", "3", "4"].map(() => deferred<{ text: string }>());
    let asked = 0;
    const model = new ScriptedModel(() => turns[asked++]?.promise ?? assert.fail("nobody else"));
    const pipeline = pipelineOf(model);
    const answers = turns.map(() => whole(ask(pipeline)));
    await turn();
    assert.equal(asked, 2);
    turns[1]?.resolve({ text: "second" });
    assert.deepEqual(await answers[1], [text("second"), finish]);
    await turn();
    assert.equal(asked, 3);
    for (const { resolve } of turns) resolve({ text: "other" });
    await Promise.all(answers);
    assert.equal(asked, 4);
  });

  it("ends an answer that grows too large, before its end", async () => {
    const model = new StreamingModel(async function* () {
      for (;;) yield text("x".repeat(400));
    });
    const read: ChatEvent[] = [];
    const reading = async () => {
      for await (const event of ask(pipelineOf(model))) read.push(event);
    };
    await assert.rejects(reading(), { name: "AnswerTooLargeError" });
    assert.deepEqual([read.length, model.ended], [2, 1]);
  });

  it("refuses images where the model sees none", async () => {
    const content = [{ type: "image", url: "data:image/png;base64,AAAA" }] as const;
    const request: ChatRequest = { messages: [{ role: "user", content }] };
    const model = new ScriptedModel({ answer: "never" });
    await assert.rejects(whole(ask(pipelineOf(model), {}, request)), {
      name: "ImageNotSupportedError",
    });
    assert.equal(model.calls.length, 0);
  });

  for (const [name, yielded] of [
    ["what is no event", [null]],
    ["events of a kind that nobody knows", [{ type: "thought", text: "hm" }]],
    ["no end", [text("and")]],
  ] as const) {
    it(`refuses a model's stream with ${name}`, async () => {
      const model = new StreamingModel(async function* () {
        // As a model in JavaScript may.
        yield* JSON.parse(JSON.stringify(yielded));
      });
      await assert.rejects(whole(ask(pipelineOf(model))), { name: "InvalidAnswerError" });
    });
  }

  it("gives the model a log whose lines carry the call's ids", async () => {
    const logger = new RecordingLogger();
    const model = new ScriptedModel(async (_input, context) => {
      context.logger.warn({ detail: 1 }, "careful");
      return { text: "done" };
    });
    await whole(ask(pipelineOf(model), { logger, sessionID: "a session" }));
    const [line] = logger.items;
    assert.deepEqual([line?.["sessionID"], line?.msg], ["a session", "careful"]);
    assert.match(String(line?.["messageID"]), /^[0-9a-f-]{36}$/);
  });
});
