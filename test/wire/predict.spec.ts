import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import { ModelService } from "../../src/generated/model.ts";
import { ArenaError } from "../../src/index.ts";
import { type Script, ScriptedModel, type TestServer } from "../../src/testing.ts";
import { deferred } from "../fixtures/deferred.ts";
import { HeldModel } from "../fixtures/held-model.ts";
import { chat, lastText, names, question } from "../fixtures/questions.ts";
import { framed, RawConnection, statusOf } from "../fixtures/raw-connection.ts";
import { RecordingLogger } from "../fixtures/recording-logger.ts";
import { scrape } from "../fixtures/scrape.ts";
import { testResources } from "../fixtures/test-resources.ts";
import type { WireAnswer, WireClient, WireStream } from "../fixtures/wire-client.ts";

/** Holds up everything in this process, as a model without a pause does. */
function keepBusy(milliseconds: number): void {
  for (const begin = performance.now(); performance.now() - begin < milliseconds; );
}

describe("predict", () => {
  const resources = testResources();
  const echo = (options = {}) =>
    new ScriptedModel(async (input) => ({ text: lastText(input) }), options);

  /** A server, a connection to it and a stream of its answers. */
  async function serve(
    model: ScriptedModel,
    settings: Readonly<Record<string, string>> = {},
    logger = new RecordingLogger(),
  ): Promise<{ server: TestServer; client: WireClient; stream: WireStream }> {
    const server = await resources.server(model, { settings, logger });
    const client = resources.connect(server.address);
    const stream = resources.connect(server.address).answers();
    await stream.opened;
    return { server, client, stream };
  }

  /** Sends a request that must be accepted, and returns its answer. */
  async function ask(
    { client, stream }: { client: WireClient; stream: WireStream },
    request: ReturnType<typeof question>,
  ): Promise<WireAnswer> {
    assert.equal((await client.predict(request)).code, "OK");
    return stream.answer(request.messageID);
  }

  describe("taking requests", () => {
    it("ARENA-7 answers Empty before the model has answered", async () => {
      const model = new HeldModel();
      const { client, stream } = await serve(model);
      const outcome = await client.predict(question("first"));
      assert.deepEqual([outcome.code, outcome.response], ["OK", 0]);
      const call = await model.call("first");
      assert.deepEqual(stream.items, []);
      call.answer("later");
      assert.equal((await stream.answer("first")).json.text, "later");
    });

    it("ARENA-7 answers Empty while the model keeps the processor busy with promises", async () => {
      const done = deferred();
      const model = new ScriptedModel(async () => {
        let isOver = false;
        void done.promise.then(() => {
          isOver = true;
        });
        while (!isOver) await new Promise((resolve) => setImmediate(resolve));
        return { text: "done" };
      });
      const { client, stream } = await serve(model);
      for (const messageID of ["a", "b", "c"]) {
        assert.equal((await client.predict(question(messageID))).code, "OK");
      }
      done.resolve();
      await stream.reached(3);
    });

    it("ARENA-8 drops a request for another model: nothing runs, nothing is answered", async () => {
      const model = echo();
      const served = await serve(model);
      for (const modelID of ["other", "", "Scripted", "scripted "]) {
        const { code } = await served.client.predict(question("dropped", { modelID }));
        assert.equal(code, "OK");
      }
      await ask(served, question("fence"));
      assert.deepEqual(served.stream.messageIDs, ["fence"]);
      assert.equal(model.calls.length, 1);
    });

    it("ARENA-12 hands the messages to the model as they came", async () => {
      const model = echo();
      const messages = [
        { role: "system", content: "Be kind." },
        { role: "user", content: [{ type: "text", text: "NUL \0, 漢字, 😀, \u2028" }] },
        { role: "assistant", content: "Yes?" },
        { role: "tool", content: "42" },
      ];
      const served = await serve(model);
      await ask(served, question("1", { request: JSON.stringify(messages) }));
      assert.deepEqual(model.calls[0]?.input, { messages });
    });

    it("ARENA-14 takes a request of nearly 32 MiB", async () => {
      const image = `data:image/png;base64,${"A".repeat(31 * 2 ** 20)}`;
      const model = new ScriptedModel({ answer: "seen" }, { canImage: true });
      const parts = [{ type: "image_url", image_url: { url: image } }];
      const request = JSON.stringify([{ role: "user", content: parts }]);
      const answer = await ask(await serve(model), question("large", { request }));
      assert.equal(answer.json.text, "seen");
      assert.deepEqual(model.calls[0]?.input.messages[0]?.content, parts);
    });

    it("gives the model a context that it can hand on with changes", async () => {
      const inner = new ScriptedModel(async (_input, { signal, deadline, messageID, logger }) => {
        logger.debug({}, "inside");
        return { text: `${messageID} ${signal.aborted} ${deadline instanceof Date}` };
      });
      const outer = new ScriptedModel((input, context) =>
        inner.getResponse(input, { ...context, messageID: "inner" }),
      );
      const answer = await ask(await serve(outer), question("outer"));
      assert.equal(answer.json.text, "inner false true");
    });

    it("ARENA-15 echoes ids whatever they hold", async () => {
      const served = await serve(echo());
      const ids = ["a b", "😀", "\uFEFFbom", "\0", '"\\', "x".repeat(10_000), "__proto__", " "];
      for (const id of ids) {
        const answer = await ask(served, question(id, { sessionID: `s${id}` }));
        assert.equal(answer.sessionID, `s${id}`);
      }
    });

    it("ARENA-15 answers requests without a session", async () => {
      const answer = await ask(await serve(echo()), question("1", { sessionID: "" }));
      assert.equal(answer.sessionID, "");
    });
  });

  describe("answering every request that cannot be worked on", () => {
    it("ARENA-9 answers RESOURCE_EXHAUSTED with the ids when the queue is full", async () => {
      const model = new HeldModel();
      const settings = { MAX_CONCURRENCY: "1", MAX_QUEUE: "2" };
      const served = await serve(model, settings);
      await served.client.predict(question("running"));
      const running = await model.call("running");
      await served.client.predict(question("waiting1"));
      await served.client.predict(question("waiting2"));
      const refused = await ask(served, question("refused", { sessionID: "crowd" }));
      assert.equal(refused.sessionID, "crowd");
      assert.equal(refused.json.error?.code, "RESOURCE_EXHAUSTED");
      assert.equal(refused.json.error.retryable, true);
      assert.equal(refused.json.image, null);
      running.answer("done");
      (await model.call("waiting1")).answer("done");
      (await model.call("waiting2")).answer("done");
      await served.stream.reached(4);
    });

    it("ARENA-9 takes a request again that was refused because the queue was full", async () => {
      const model = new HeldModel();
      const served = await serve(model, { MAX_CONCURRENCY: "1", MAX_QUEUE: "1" });
      await served.client.predict(question("running"));
      await model.call("running");
      await served.client.predict(question("waiting"));
      await ask(served, question("retried"));
      (await model.call("running")).answer("done");
      (await model.call("waiting")).answer("done");
      await served.stream.answer("waiting");
      await served.client.predict(question("retried"));
      (await model.call("retried")).answer("now");
      const [, , , again] = await served.stream.reached(4);
      assert.deepEqual([again?.messageID, again?.json.text], ["retried", "now"]);
    });

    it("ARENA-9 answers a request just over MAX_REQUEST_BYTES, and takes one just at it", async () => {
      const served = await serve(echo(), { MAX_REQUEST_BYTES: "2000" });
      const sized = (messageID: string, bytes: number) => {
        const empty = question(messageID, { request: chat("") });
        // Tags and lengths of the four fields: 2 bytes each, 3 for the long one.
        const rest = [empty.modelID, empty.sessionID, empty.messageID, empty.request].join("");
        return { ...empty, request: chat("x".repeat(bytes - rest.length - 9)) };
      };
      const taken = await ask(served, sized("fits", 2000));
      assert.equal(taken.json.error, undefined);
      const refused = await ask(served, sized("over", 2001));
      assert.equal(refused.json.error?.code, "INVALID_ARGUMENT");
      assert.match(refused.json.error.message, /2001 bytes.*2000/);
    });

    it("ARENA-9 answers a request just over 32 MiB", async () => {
      const request = chat("x".repeat(32 * 2 ** 20));
      const answer = await ask(await serve(echo()), question("large", { request }));
      assert.equal(answer.json.error?.code, "INVALID_ARGUMENT");
    });

    it("ARENA-9 answers a request that is many times over a small MAX_REQUEST_BYTES", async () => {
      const served = await serve(echo(), { MAX_REQUEST_BYTES: "100000" });
      const request = chat("x".repeat(8_000_000));
      const answer = await ask(served, question("image", { request }));
      assert.equal(answer.json.error?.code, "INVALID_ARGUMENT");
    });

    it("ARENA-9 answers OK to bytes that are no protobuf, and goes on", async () => {
      const served = await serve(echo());
      for (const bytes of [
        Buffer.from([0xff]),
        Buffer.from("not protobuf at all"),
        Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]),
        Buffer.alloc(1000, 0x0b),
        Buffer.from([0x0a, 0x05, 0x41]),
      ]) {
        assert.equal((await served.client.predict(bytes)).code, "OK", bytes.toString("hex"));
      }
      await ask(served, question("fence"));
      assert.deepEqual(served.stream.messageIDs, ["fence"]);
    });

    it("ARENA-9 answers OK to an empty message, which asks for no model", async () => {
      const served = await serve(echo());
      assert.equal((await served.client.predict(Buffer.alloc(0))).code, "OK");
      await ask(served, question("fence"));
      assert.deepEqual(served.stream.messageIDs, ["fence"]);
    });

    const garbage = {
      nothing: "",
      blanks: " \n\t ",
      words: "Hello, model!",
      "half a JSON": '[{"role":"user","content":"x',
      "a number": "17",
      null: "null",
      "an empty array": "[]",
      "an array of numbers": "[1,2]",
      "another object": '{"prompt":"x"}',
      "a message without a role": '[{"content":"x"}]',
      "content that is a number": '[{"role":"user","content":5}]',
      "a part of an unknown type": '[{"role":"user","content":[{"type":"video"}]}]',
      "an image of no URL":
        '[{"role":"user","content":[{"type":"image_url","image_url":{"url":"x"}}]}]',
      NUL: "\0",
      "lone surrogates": "\ud800\udfff\udc00",
      "a lone BOM": "\uFEFF",
      "10,000 levels": "[".repeat(10_000) + "]".repeat(10_000),
    };
    for (const [name, request] of Object.entries(garbage)) {
      it(`ARENA-9 answers INVALID_ARGUMENT to ${name}`, async () => {
        const model = echo();
        const answer = await ask(await serve(model), question("1", { request }));
        assert.equal(answer.json.error?.code, "INVALID_ARGUMENT");
        assert.equal(answer.json.error.retryable, false);
        assert.ok(answer.json.text.length > 0);
        assert.equal(answer.sessionID, "session");
        assert.equal(model.calls.length, 0);
      });
    }

    it("answers an image to a model that cannot see with an error that says so", async () => {
      const model = echo();
      const url = "data:image/png;base64,AAAA";
      const request = JSON.stringify([
        { role: "user", content: [{ type: "image_url", image_url: { url } }] },
      ]);
      const answer = await ask(await serve(model), question("1", { request }));
      assert.equal(answer.json.error?.code, "INVALID_ARGUMENT");
      assert.match(answer.json.error.message, /image/);
      assert.match(answer.json.text, /image/);
      assert.equal(model.calls.length, 0);
    });
  });

  describe("answering every request whose model fails", () => {
    it("ARENA-18 answers INTERNAL with a reference to the log when the model throws", async () => {
      const logger = new RecordingLogger();
      const secret = "connect postgres://user:hunter2@db";
      const model = new ScriptedModel({ throws: new TypeError(secret) });
      const answer = await ask(await serve(model, {}, logger), question("1"));
      const { error } = answer.json;
      assert.equal(error?.code, "INTERNAL");
      assert.doesNotMatch(answer.answer, /hunter2|TypeError|\bat |\.ts/);
      const reference = /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(error.message)?.[0];
      assert.ok(reference, error.message);
      const line = await logger.find(({ msg }) => msg.includes(reference));
      assert.deepEqual([line["sessionID"], line["messageID"]], ["session", "1"]);
      assert.match(JSON.stringify(line["err"]), /hunter2.*predict\.spec/);
    });

    it("ARENA-18 answers with an ArenaError's own code, message and words", async () => {
      const thrown = new ArenaError("PERMISSION_DENIED", "Not on Sundays.", {
        retryable: true,
        participantText: "Closed today.",
      });
      const answer = await ask(await serve(new ScriptedModel({ throws: thrown })), question("1"));
      assert.deepEqual(answer.json, {
        text: "Closed today.",
        image: null,
        error: { code: "PERMISSION_DENIED", message: "Not on Sundays.", retryable: true },
      });
    });

    const unusable: Readonly<Record<string, object>> = {
      "a code that is none": { code: "NOT_AVAILABLE" },
      "a text that is none": { participantText: 42 },
      "a flag that JSON does not know": { retryable: 1n },
      "a text that throws": {
        get participantText() {
          throw new Error("no text");
        },
      },
    };
    for (const [name, properties] of Object.entries(unusable)) {
      it(`ARENA-9 answers when the model throws an ArenaError with ${name}`, async () => {
        const error = new ArenaError("INTERNAL", "no");
        Object.defineProperties(error, Object.getOwnPropertyDescriptors(properties));
        const served = await serve(new ScriptedModel([{ throws: error }, { answer: "yes" }]));
        await served.client.predict(question("odd"));
        assert.equal(typeof (await served.stream.answer("odd")).json.text, "string");
        await served.client.predict(question("next"));
        assert.equal((await served.stream.answer("next")).json.text, "yes");
      });
    }

    const odd: Readonly<Record<string, () => unknown>> = {
      undefined: () => undefined,
      null: () => null,
      "a string": () => "boom",
      "an object that refers to itself": () => {
        const self: Record<string, unknown> = {};
        self["self"] = self;
        return self;
      },
      "an error with a getter that throws": () =>
        Object.defineProperty(new Error("boom"), "response", {
          enumerable: true,
          get: () => {
            throw new Error("no response yet");
          },
        }),
      "an error that throws what cannot be written": () =>
        Object.defineProperty(new Error("boom"), "response", {
          enumerable: true,
          get: () => {
            throw Object.create(null);
          },
        }),
      "a revoked proxy": () => {
        const { proxy, revoke } = Proxy.revocable({}, {});
        revoke();
        return proxy;
      },
    };
    for (const [name, make] of Object.entries(odd)) {
      it(`ARENA-9 answers INTERNAL when the model throws ${name}`, async () => {
        const model = new ScriptedModel(async () => {
          throw make();
        });
        const served = await serve(model);
        const answer = await ask(served, question("1"));
        assert.equal(answer.json.error?.code, "INTERNAL");
        const figures = await scrape(served.server.httpUrl);
        assert.equal(figures.get("arena_requests_in_flight"), 0);
      });
    }

    it("ARENA-9 answers INTERNAL when the model throws before it returns a promise", async () => {
      const script: Script = () => {
        throw new Error("at once");
      };
      const answer = await ask(await serve(new ScriptedModel(script)), question("1"));
      assert.equal(answer.json.error?.code, "INTERNAL");
    });

    const wrong: Readonly<Record<string, unknown>> = {
      nothing: undefined,
      null: null,
      "a string": "hello",
      "no text": {},
      "text that is a number": { text: 5 },
      "an image that is a buffer": { text: "x", image: Buffer.from("x") },
      "an object whose text throws": {
        get text() {
          throw new Error("not yet");
        },
      },
    };
    for (const [name, output] of Object.entries(wrong)) {
      it(`ARENA-18 answers INTERNAL when the model returns ${name}`, async () => {
        const model = new HeldModel();
        model.getResponse = () => Promise.resolve(output as never);
        const answer = await ask(await serve(model), question("1"));
        assert.equal(answer.json.error?.code, "INTERNAL");
        assert.equal(typeof answer.json.text, "string");
      });
    }
  });

  describe("deadlines", () => {
    const settings = { REQUEST_TIMEOUT_MS: "40" };

    it("ARENA-9 answers DEADLINE_EXCEEDED to a request that runs too long, and tells the model", async () => {
      const model = new ScriptedModel({ hangs: true });
      const answer = await ask(await serve(model, settings), question("1"));
      assert.equal(answer.json.error?.code, "DEADLINE_EXCEEDED");
      assert.equal(answer.json.error.retryable, true);
      assert.equal(model.calls[0]?.context.signal.aborted, true);
    });

    it("gives the model the deadline, counted from the request's arrival", async () => {
      const model = echo();
      const before = Date.now();
      await ask(await serve(model, { REQUEST_TIMEOUT_MS: "60000" }), question("1"));
      const deadline = model.calls[0]?.context.deadline.getTime() ?? 0;
      assert.ok(deadline >= before + 60_000 && deadline <= Date.now() + 60_000);
    });

    it("ARENA-9 answers DEADLINE_EXCEEDED to requests that wait too long", async () => {
      const model = new HeldModel();
      const served = await serve(model, { ...settings, MAX_CONCURRENCY: "1" });
      await served.client.predict(question("running"));
      const running = await model.call("running");
      for (const messageID of ["waits1", "waits2"]) {
        await served.client.predict(question(messageID));
      }
      await served.stream.reached(3);
      for (const { messageID, json } of served.stream.items) {
        assert.equal(json.error?.code, "DEADLINE_EXCEEDED", messageID);
      }
      running.answer("too late");
      await served.client.predict(question("fence"));
      (await model.call("fence")).answer("yes");
      assert.equal((await served.stream.answer("fence")).json.text, "yes");
      assert.equal(served.stream.items.length, 4);
    });

    it("never gives the model a request whose time is over", async () => {
      const model = new HeldModel();
      const served = await serve(model, { ...settings, MAX_CONCURRENCY: "1" });
      await served.client.predict(question("running"));
      await model.call("running");
      keepBusy(10);
      for (const messageID of ["waits1", "waits2"]) {
        await served.client.predict(question(messageID));
      }
      // All three run out of time in the same moment, the running one first.
      keepBusy(100);
      await served.stream.reached(3);
      assert.deepEqual(model.messageIDs, ["running"]);
    });

    it("ARENA-9 answers in time although the model is deaf, and gives its place away", async () => {
      const model = new ScriptedModel([{ hangs: true, deaf: true }, { answer: "next" }]);
      const served = await serve(model, { ...settings, MAX_CONCURRENCY: "1" });
      const deaf = await ask(served, question("deaf"));
      assert.equal(deaf.json.error?.code, "DEADLINE_EXCEEDED");
      assert.equal((await ask(served, question("next"))).json.text, "next");
    });

    it("answers once when the model answers after its deadline", async () => {
      const model = new HeldModel();
      const served = await serve(model, settings);
      const first = await ask(served, question("late"));
      assert.equal(first.json.error?.code, "DEADLINE_EXCEEDED");
      (await model.call("late")).answer("late");
      await served.client.predict(question("fence"));
      await served.stream.answer("fence");
      assert.deepEqual(served.stream.messageIDs, ["late", "fence"]);
    });

    it("survives a model that throws after its deadline", async () => {
      const model = new HeldModel();
      const served = await serve(model, settings);
      await ask(served, question("late"));
      (await model.call("late")).fail(new Error("late, too"));
      await ask(served, question("fence"));
    });

    it("ARENA-10 lets a serial session go on behind a request that waited too long", async () => {
      const model = new HeldModel({ sessionOrder: "serial" });
      const served = await serve(model, { REQUEST_TIMEOUT_MS: "100" });
      await served.client.predict(question("first"));
      await served.client.predict(question("second"));
      await served.stream.reached(2);
      await served.client.predict(question("third"));
      (await model.call("third")).answer("yes");
      assert.equal((await served.stream.answer("third")).json.text, "yes");
    });
  });

  describe("the same request again", () => {
    it("ARENA-11 runs once and is answered once when it comes again while it runs", async () => {
      const model = new HeldModel();
      const served = await serve(model);
      await served.client.predict(question("twice"));
      const call = await model.call("twice");
      for (let again = 0; again < 3; again++) {
        assert.equal((await served.client.predict(question("twice"))).code, "OK");
      }
      call.answer("once");
      await served.stream.answer("twice");
      await served.client.predict(question("fence"));
      (await model.call("fence")).answer("yes");
      await served.stream.answer("fence");
      assert.deepEqual(served.stream.messageIDs, ["twice", "fence"]);
      assert.deepEqual(model.messageIDs, ["twice", "fence"]);
    });

    it("ARENA-11 runs once when it comes again while it waits", async () => {
      const model = new HeldModel();
      const served = await serve(model, { MAX_CONCURRENCY: "1" });
      await served.client.predict(question("running"));
      const running = await model.call("running");
      await served.client.predict(question("twice"));
      await served.client.predict(question("twice"));
      running.answer("done");
      (await model.call("twice")).answer("once");
      await served.client.predict(question("fence"));
      (await model.call("fence")).answer("yes");
      await served.stream.answer("fence");
      assert.deepEqual(served.stream.messageIDs, ["running", "twice", "fence"]);
    });

    it("ARENA-11 is answered once when it comes again before its answer is delivered", async () => {
      const model = echo();
      const server = await resources.server(model);
      const client = resources.connect(server.address);
      await client.predict(question("twice"));
      await client.predict(question("twice"));
      const stream = client.answers();
      await stream.answer("twice");
      await ask({ client, stream }, question("fence"));
      assert.deepEqual(stream.messageIDs, ["twice", "fence"]);
      assert.equal(model.calls.length, 2);
    });

    it("ARENA-11 sends the stored answer again after it was delivered", async () => {
      const logger = new RecordingLogger();
      let count = 0;
      const model = new ScriptedModel(async () => ({ text: `run ${++count}` }));
      const served = await serve(model, {}, logger);
      for (let delivery = 1; delivery <= 3; delivery++) {
        assert.equal((await served.client.predict(question("again"))).code, "OK");
        await served.stream.reached(delivery);
        await logger.reached(delivery);
      }
      assert.deepEqual(
        served.stream.items.map(({ json }) => json.text),
        ["run 1", "run 1", "run 1"],
      );
      assert.equal(model.calls.length, 1);
    });

    it("ARENA-11 is another request in another session", async () => {
      const model = echo();
      const served = await serve(model);
      for (const sessionID of ["one", "two"]) {
        await served.client.predict(question("same", { sessionID }));
      }
      await served.stream.reached(2);
      assert.equal(model.calls.length, 2);
    });

    it("ARENA-11 is another request when the ids only look alike together", async () => {
      const model = echo();
      const served = await serve(model);
      await served.client.predict(question("bc", { sessionID: "a" }));
      await served.client.predict(question("c", { sessionID: "ab" }));
      await served.client.predict(question(":a", { sessionID: "1" }));
      await served.stream.reached(3);
      assert.equal(model.calls.length, 3);
    });

    it("ARENA-11 never takes requests without a messageID for the same, and echoes it empty", async () => {
      const model = echo();
      const served = await serve(model);
      for (let request = 0; request < 3; request++) {
        await served.client.predict(question("", { request: chat(`text ${request}`) }));
      }
      const answers = await served.stream.reached(3);
      assert.deepEqual(
        answers.map(({ messageID, sessionID, json }) => [messageID, sessionID, json.text]),
        names("text ", 3).map((text) => ["", "session", text]),
      );
      assert.equal(model.calls.length, 3);
    });
  });

  describe("order and concurrency", () => {
    it("runs at most MAX_CONCURRENCY requests at once, the others in their order", async () => {
      const model = new HeldModel();
      const served = await serve(model, { MAX_CONCURRENCY: "3" });
      const all = names("m", 9);
      for (const messageID of all) await served.client.predict(question(messageID));
      for (let done = 0; done < all.length; done++) {
        const running = await model.held.reached(Math.min(done + 3, all.length));
        const figures = await scrape(served.server.httpUrl);
        assert.equal(running.length, Math.min(done + 3, all.length));
        assert.equal(figures.get("arena_requests_in_flight"), Math.min(3, all.length - done));
        running[done]?.answer("done");
        await served.stream.reached(done + 1);
      }
      assert.deepEqual(model.messageIDs, all);
    });

    it("ARENA-10 runs requests of one session at the same time", async () => {
      const model = new HeldModel();
      const served = await serve(model);
      for (const messageID of ["slow", "fast"]) await served.client.predict(question(messageID));
      (await model.call("fast")).answer("fast");
      await served.stream.answer("fast");
      (await model.call("slow")).answer("slow");
      await served.stream.answer("slow");
      assert.deepEqual(served.stream.messageIDs, ["fast", "slow"]);
    });

    it("ARENA-10 runs a serial model's session in order, while other sessions run", async () => {
      const model = new HeldModel({ sessionOrder: "serial" });
      const served = await serve(model);
      for (const messageID of ["a1", "a2", "a3"]) {
        await served.client.predict(question(messageID, { sessionID: "a" }));
      }
      await served.client.predict(question("b1", { sessionID: "b" }));
      (await model.call("b1")).answer("b1");
      await served.stream.answer("b1");
      assert.deepEqual(model.messageIDs, ["a1", "b1"]);
      await served.client.predict(question("b2", { sessionID: "b" }));
      await model.call("b2");
      for (const messageID of ["a1", "a2", "a3"]) {
        const call = await model.call(messageID);
        assert.equal(model.messageIDs.at(-1), messageID === "a1" ? "b2" : messageID);
        call.answer(messageID);
        await served.stream.answer(messageID);
      }
      (await model.call("b2")).answer("b2");
      await served.stream.reached(5);
    });

    it("ARENA-10 goes on with a serial session after a request that failed", async () => {
      const model = new ScriptedModel([{ throws: new Error("no") }, { answer: "yes" }], {
        sessionOrder: "serial",
      });
      const served = await serve(model);
      await served.client.predict(question("fails"));
      await served.client.predict(question("works"));
      assert.equal((await served.stream.answer("works")).json.text, "yes");
      assert.deepEqual(served.stream.messageIDs, ["fails", "works"]);
    });
  });

  describe("while the server closes", () => {
    it("ARENA-9 answers a request whose last bytes come then, or does not say OK", async () => {
      const logger = new RecordingLogger();
      const { server, stream } = await serve(echo(), { DRAIN_TIMEOUT_MS: "2000" }, logger);
      const connection = resources.use(await RawConnection.to(server.address));
      const call = connection.call(ModelService.predict.path);
      const bytes = framed(ModelService.predict.requestSerialize(question("late")));
      call.write(bytes.subarray(0, 20));
      await connection.ping();
      const stopped = server.stop();
      await logger.find(({ msg }) => msg === "draining");
      call.end(bytes.subarray(20));
      const status = await statusOf(call);
      assert.equal((await stream.ended).code, "UNAVAILABLE");
      assert.equal(stream.messageIDs.includes("late"), status === "0", `status ${status}`);
      await stopped;
    });

    it("ARENA-9 answers every large request that it says OK to", async () => {
      const request = chat("x".repeat(1_200_000));
      for (let turns = 0; turns < 8; turns++) {
        const { server, client, stream } = await serve(echo());
        const predicted = client.predict(question("large", { request }));
        for (let turn = 0; turn < turns; turn++) await nextTurn();
        const stopped = server.stop();
        const { code } = await predicted;
        assert.equal((await stream.ended).code, "UNAVAILABLE");
        assert.equal(stream.messageIDs.includes("large"), code === "OK", `after ${turns} turns`);
        await stopped;
      }
    });
  });

  it("ARENA-9 keeps the platform's predict thread alive through a bad day", async () => {
    const model = new HeldModel();
    const served = await serve(model, { MAX_CONCURRENCY: "1", MAX_QUEUE: "1" });
    await served.client.predict(question("running"));
    const running = await model.call("running");
    await served.client.predict(question("waiting"));
    const requests = [
      ...Object.entries({ full: chat("x"), words: "?", nothing: "", nul: "\0" }).map(
        ([messageID, request]) => question(messageID, { request }),
      ),
    ];
    for (const request of requests) {
      assert.ok((await ask(served, request)).json.error);
    }
    running.fail(new Error("boom"));
    (await model.call("waiting")).answer("fine");
    await served.stream.reached(requests.length + 2);
    const figures = await scrape(served.server.httpUrl);
    assert.equal(figures.get("arena_unanswered_total"), 0);
  });
});
