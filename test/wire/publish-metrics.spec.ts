import assert from "node:assert/strict";
import { AIModel, type ModelDefinition, type TaskOutput } from "../../src/index.ts";
import { ScriptedModel } from "../../src/testing.ts";
import { Collected } from "../fixtures/collected.ts";
import { deferred } from "../fixtures/deferred.ts";
import { HeldModel } from "../fixtures/held-model.ts";
import { question } from "../fixtures/questions.ts";
import { RecordingLogger } from "../fixtures/recording-logger.ts";
import { testResources } from "../fixtures/test-resources.ts";

/** Remembers what was published to it, and does with it as it is told. */
class MetricsModel extends AIModel {
  readonly published = new Collected<unknown>();
  readonly #then: () => void | Promise<void>;

  constructor(then: () => void | Promise<void> = () => {}) {
    super();
    this.#then = then;
  }

  getModelDefinition(): ModelDefinition {
    return new ScriptedModel({ answer: "yes" }).getModelDefinition();
  }

  getResponse(): Promise<TaskOutput> {
    return Promise.resolve({ text: "yes" });
  }

  override publishMetrics(metrics: unknown): void | Promise<void> {
    this.published.add(metrics);
    return this.#then();
  }
}

describe("publishMetrics", () => {
  const resources = testResources();

  async function serve(model = new MetricsModel()) {
    const logger = new RecordingLogger();
    const { address } = await resources.server(model, { logger });
    return { logger, model, client: resources.connect(address) };
  }

  const ratings = { rating: 4, topic: "poems", log: [{ role: "user", content: "hi" }] };

  it("ARENA-21 hands the metrics to the model and logs them as one line", async () => {
    const { client, model, logger } = await serve();
    const metrics = JSON.stringify(ratings);
    const { code, response } = await client.publishMetrics({ metrics, modelID: "scripted" });
    assert.deepEqual([code, response], ["OK", 0]);
    assert.deepEqual(await model.published.reached(1), [ratings]);
    const lines = logger.named("metrics");
    assert.equal(lines.length, 1);
    assert.equal(lines[0]?.["level"], "info");
    assert.equal(lines[0]?.["modelID"], "scripted");
    assert.deepEqual(lines[0]?.["metrics"], ratings);
  });

  it("ARENA-21 drops metrics of another model", async () => {
    const { client, model, logger } = await serve();
    for (const modelID of ["other", ""]) {
      const { code } = await client.publishMetrics({ metrics: "{}", modelID });
      assert.equal(code, "OK");
    }
    assert.deepEqual(model.published.items, []);
    assert.deepEqual(logger.named("metrics"), []);
  });

  for (const [name, metrics] of Object.entries({
    "that are no JSON": "rating: 4",
    "that are empty": "",
    "of half a JSON": '{"rating":',
    "of NUL": "\0",
    "that begin with a BOM": "\uFEFF{}",
  })) {
    it(`ARENA-21 answers Empty to metrics ${name}, and hands on the text`, async () => {
      const { client, model } = await serve();
      const { code } = await client.publishMetrics({ metrics, modelID: "scripted" });
      assert.equal(code, "OK");
      assert.deepEqual(await model.published.reached(1), [metrics]);
    });
  }

  for (const [name, metrics] of Object.entries({
    "10,000 levels": "[".repeat(10_000) + "]".repeat(10_000),
    "a million levels": "[".repeat(1_000_000) + "]".repeat(1_000_000),
    "8 MB of images": JSON.stringify({ image: "A".repeat(8_000_000) }),
    "fields that a log line has, too": '{"level":"error","msg":"x","time":1,"__proto__":{}}',
  })) {
    it(`ARENA-21 takes metrics with ${name}`, async () => {
      const { client, model, logger } = await serve();
      const { code } = await client.publishMetrics({ metrics, modelID: "scripted" });
      assert.equal(code, "OK");
      await model.published.reached(1);
      assert.equal(logger.named("metrics").length, 1);
    });
  }

  for (const [name, then] of Object.entries({
    throws: () => {
      throw new Error("no disk");
    },
    rejects: () => Promise.reject(new Error("no disk")),
    "rejects with nothing": () => Promise.reject(),
  })) {
    it(`ARENA-21 answers Empty when the model's publishMetrics ${name}, and logs it`, async () => {
      const { client, logger } = await serve(new MetricsModel(then));
      const { code } = await client.publishMetrics({ metrics: "{}", modelID: "scripted" });
      assert.equal(code, "OK");
      await logger.find(({ level, msg }) => level === "error" && msg.includes("publishMetrics"));
    });
  }

  it("ARENA-21 does not wait for the model", async () => {
    const stored = deferred();
    const { client } = await serve(new MetricsModel(() => stored.promise));
    const { code } = await client.publishMetrics({ metrics: "{}", modelID: "scripted" });
    assert.equal(code, "OK");
    stored.resolve();
  });

  it("ARENA-21 takes metrics while the server drains", async () => {
    const logger = new RecordingLogger();
    const model = new HeldModel();
    const server = await resources.server(model, {
      logger,
      settings: { DRAIN_TIMEOUT_MS: "5000" },
    });
    const client = resources.connect(server.address);
    const stream = client.answers();
    await client.predict(question("running"));
    const running = await model.call("running");
    const stopped = server.stop();
    await logger.find(({ msg }) => msg === "draining");
    const { code } = await client.publishMetrics({ metrics: "{}", modelID: "scripted" });
    assert.equal(code, "OK");
    running.answer("done");
    await stream.ended;
    await stopped;
  });
});
