import assert from "node:assert/strict";
import { ScriptedModel } from "../../src/testing.ts";
import { HeldModel } from "../fixtures/held-model.ts";
import { HoldingProxy } from "../fixtures/holding-proxy.ts";
import { chat, question } from "../fixtures/questions.ts";
import { type LogLine, RecordingLogger } from "../fixtures/recording-logger.ts";
import { testResources } from "../fixtures/test-resources.ts";

describe("the request log", () => {
  const resources = testResources();
  const times = ["waitingMs", "modelMs", "deliveryMs", "totalMs"] as const;

  async function serve(
    model: ScriptedModel,
    settings: Readonly<Record<string, string>> = {},
    level: "debug" | "info" = "info",
  ) {
    const logger = new RecordingLogger(level);
    const server = await resources.server(model, { settings, logger });
    const client = resources.connect(server.address);
    return { server, client, logger };
  }

  function lineOf(logger: RecordingLogger, messageID: string): Promise<LogLine> {
    return logger.find((line) => line.msg === "request" && line["messageID"] === messageID);
  }

  /** Times are whole milliseconds, and add up. */
  function assertTimes(line: LogLine): Readonly<Record<(typeof times)[number], number>> {
    const [waitingMs, modelMs, deliveryMs, totalMs] = times.map((name) => Number(line[name]));
    assert.ok(waitingMs !== undefined && modelMs !== undefined && deliveryMs !== undefined);
    for (const name of times) {
      assert.ok(Number.isInteger(line[name]) && Number(line[name]) >= 0, `${name}: ${line[name]}`);
    }
    assert.equal(totalMs, waitingMs + modelMs + deliveryMs);
    return { waitingMs, modelMs, deliveryMs, totalMs };
  }

  it("has one line per request: ids, outcome, and where its time went", async () => {
    const { client, logger } = await serve(new ScriptedModel({ answer: "yes", afterMs: 20 }));
    const stream = client.answers();
    await client.predict(question("1", { sessionID: "mine" }));
    await stream.answer("1");
    const line = await lineOf(logger, "1");
    assert.equal(line["level"], "info");
    assert.equal(line["sessionID"], "mine");
    assert.equal(line["outcome"], "OK");
    assert.equal(Number.isNaN(Date.parse(String(line["time"]))), false);
    const { modelMs } = assertTimes(line);
    assert.ok(modelMs >= 15);
    assert.equal(logger.named("request").length, 1);
  });

  it("tells waiting from working", async () => {
    const model = new HeldModel();
    const settings = { MAX_CONCURRENCY: "1", REQUEST_TIMEOUT_MS: "60" };
    const { client, logger } = await serve(model, settings);
    client.answers();
    await client.predict(question("runs"));
    await model.call("runs");
    await client.predict(question("waits"));
    const runs = assertTimes(await lineOf(logger, "runs"));
    const waits = assertTimes(await lineOf(logger, "waits"));
    assert.ok(runs.modelMs >= 50 && runs.waitingMs < 50, JSON.stringify(runs));
    assert.ok(waits.waitingMs >= 50 && waits.modelMs < 50, JSON.stringify(waits));
  });

  it("has a line for each request that failed, with its code", async () => {
    const model = new ScriptedModel([
      { throws: new Error("boom") },
      { hangs: true },
      { answer: "x".repeat(70_000) },
    ]);
    const settings = { REQUEST_TIMEOUT_MS: "40", MAX_ANSWER_BYTES: "65536" };
    const { client, logger } = await serve(model, settings);
    const stream = client.answers();
    for (const messageID of ["throws", "hangs", "large"]) {
      await client.predict(question(messageID));
      await stream.answer(messageID);
    }
    await client.predict(question("bad", { request: "no JSON" }));
    const outcomes: unknown[] = [];
    for (const messageID of ["throws", "hangs", "large", "bad"]) {
      const line = await lineOf(logger, messageID);
      assertTimes(line);
      outcomes.push(line["outcome"]);
    }
    assert.deepEqual(outcomes, [
      "INTERNAL",
      "DEADLINE_EXCEEDED",
      "RESOURCE_EXHAUSTED",
      "INVALID_ARGUMENT",
    ]);
    assert.equal(logger.named("request").length, 4);
  });

  it("marks the line of an answer that was given before", async () => {
    const { client, logger } = await serve(new ScriptedModel({ answer: "yes" }));
    client.answers();
    await client.predict(question("again"));
    const first = await lineOf(logger, "again");
    await client.predict(question("again"));
    const second = await logger.find((line) => line.msg === "request" && line !== first);
    assert.equal(first["repeated"], undefined);
    assert.equal(second["repeated"], true);
    assert.equal(second["outcome"], "OK");
    assertTimes(second);
  });

  it("has one line for an answer that needed two deliveries", async () => {
    const { server, client, logger } = await serve(new ScriptedModel({ answer: "yes" }));
    const proxy = resources.use(await HoldingProxy.to(server.address));
    const broken = resources.connect(proxy.address).answers();
    await broken.opened;
    proxy.toServer.hold();
    await client.predict(question("twice"));
    await broken.answer("twice");
    proxy.cut();
    client.answers();
    await client.predict(question("fence"));
    await lineOf(logger, "fence");
    assert.equal(logger.named("request").filter((line) => line["messageID"] === "twice").length, 1);
  });

  it("has a line for a request whose answer nobody took before the server stopped", async () => {
    const { server, client, logger } = await serve(new ScriptedModel({ answer: "yes" }));
    await client.predict(question("lost"));
    await server.stop();
    assert.match(logger.text, /"messageID":"lost"/);
  });

  it("carries the request's ids in what the model logs", async () => {
    const model = new ScriptedModel(async (_input, { logger }) => {
      logger.warn({ tokens: 5 }, "from the model");
      return { text: "yes" };
    });
    const { client, logger } = await serve(model);
    await client.predict(question("1"));
    const line = await logger.find(({ msg }) => msg === "from the model");
    assert.deepEqual(
      [line["level"], line["sessionID"], line["messageID"], line["tokens"]],
      ["warn", "session", "1", 5],
    );
    await client.answers().answer("1");
  });

  describe("content", () => {
    const asked = "canary-of-a-question";
    const answered = "canary-of-an-answer";

    async function talk(settings: Readonly<Record<string, string>>): Promise<RecordingLogger> {
      const model = new ScriptedModel([
        { answer: answered },
        { hangs: true },
        async () => JSON.parse(`{"text":{"${answered}":1}}`),
        { answer: answered.repeat(20_000) },
      ]);
      const given = { REQUEST_TIMEOUT_MS: "40", MAX_ANSWER_BYTES: "65536", ...settings };
      const { client, logger } = await serve(model, given, "debug");
      client.answers();
      const texts = [
        chat(asked),
        chat(asked),
        chat(asked),
        chat(asked),
        asked,
        `[{"role":"user","content":{"${asked}":1}}]`,
        JSON.stringify([{ role: "user", content: [{ type: asked }] }]),
        `{"${asked}":"${asked}"}`,
      ];
      for (const [index, request] of texts.entries()) {
        await client.predict(question(`${index}`, { request }));
        await lineOf(logger, `${index}`);
      }
      await client.predict(question("x", { modelID: "other", request: chat(asked) }));
      return logger;
    }

    it("is in no line, at no level", async () => {
      const logger = await talk({});
      assert.ok(logger.items.length >= 9);
      assert.doesNotMatch(logger.text, new RegExp(`${asked}|${answered}`));
    });

    it("is in a line beside the ids with LOG_CONTENT=true", async () => {
      const logger = await talk({ LOG_CONTENT: "true" });
      const line = logger.items.find((one) => one["messageID"] === "0" && one.msg !== "request");
      assert.match(JSON.stringify(line), new RegExp(`${asked}.*${answered}`));
      assert.equal(line?.["sessionID"], "session");
    });
  });
});
