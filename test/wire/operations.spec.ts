import assert from "node:assert/strict";
import { ScriptedModel } from "../../src/testing.ts";
import { HeldModel } from "../fixtures/held-model.ts";
import { chat, question } from "../fixtures/questions.ts";
import { RecordingLogger } from "../fixtures/recording-logger.ts";
import { scrape } from "../fixtures/scrape.ts";
import { startingServer } from "../fixtures/starting-server.ts";
import { testResources } from "../fixtures/test-resources.ts";

describe("operations", () => {
  const resources = testResources();

  /** Status and text of a probe. */
  async function probe(httpUrl: string, path: string): Promise<readonly [number, string]> {
    const response = await fetch(`${httpUrl}${path}`);
    return [response.status, (await response.text()).trim()];
  }

  describe("probes", () => {
    it("are alive and ready when the server serves", async () => {
      const { httpUrl } = await resources.server(new ScriptedModel({ answer: "yes" }));
      assert.equal((await probe(httpUrl, "/livez"))[0], 200);
      assert.deepEqual(await probe(httpUrl, "/readyz"), [200, "serving"]);
      assert.deepEqual(await probe(httpUrl, "/readyz?verbose"), [200, "serving"]);
    });

    it("are alive and not ready while the model loads", async () => {
      const server = await startingServer(resources, new RecordingLogger());
      assert.equal((await probe(server.httpUrl, "/livez"))[0], 200);
      assert.deepEqual(await probe(server.httpUrl, "/readyz"), [503, "starting"]);
      await server.load();
      assert.deepEqual(await probe(server.httpUrl, "/readyz"), [200, "serving"]);
    });

    it("are alive and not ready while the server drains, and gone afterwards", async () => {
      const model = new HeldModel();
      const server = await resources.server(model, { settings: { DRAIN_TIMEOUT_MS: "5000" } });
      const client = resources.connect(server.address);
      const stream = client.answers();
      await client.predict(question("running"));
      const running = await model.call("running");
      const stopped = server.stop();
      assert.deepEqual(await probe(server.httpUrl, "/readyz"), [503, "draining"]);
      assert.equal((await probe(server.httpUrl, "/livez"))[0], 200);
      running.answer("done");
      await stream.ended;
      await stopped;
      await assert.rejects(probe(server.httpUrl, "/livez"));
    });

    it("answer HEAD without a body, and say what else there is", async () => {
      const { httpUrl } = await resources.server(new ScriptedModel({ answer: "yes" }));
      const head = await fetch(`${httpUrl}/metrics`, { method: "HEAD" });
      assert.deepEqual([head.status, await head.text()], [200, ""]);
      const post = await fetch(`${httpUrl}/readyz`, { method: "POST", body: "x" });
      assert.deepEqual([post.status, post.headers.get("allow")], [405, "GET, HEAD"]);
      for (const path of ["/", "/nothing", "/__proto__", "/constructor", "//livez"]) {
        const [status, text] = await probe(httpUrl, path);
        assert.equal(status, 404, path);
        assert.match(text, /\/livez.*\/readyz.*\/metrics/);
      }
    });
  });

  describe("a model that loads for long", () => {
    it("ARENA-9 finds the requests that came in the meantime", async () => {
      const server = await startingServer(resources, new RecordingLogger());
      const client = resources.connect(server.address);
      const stream = client.answers();
      assert.equal((await client.predict(question("early"))).code, "OK");
      await server.load();
      assert.equal((await stream.answer("early")).json.text, "yes");
    });

    it("ARENA-9 does not keep requests beyond their deadline", async () => {
      const settings = { REQUEST_TIMEOUT_MS: "50" };
      const server = await startingServer(resources, new RecordingLogger(), settings);
      const client = resources.connect(server.address);
      const stream = client.answers();
      assert.equal((await client.predict(question("early"))).code, "OK");
      assert.equal((await stream.answer("early")).json.error?.code, "DEADLINE_EXCEEDED");
    });

    it("answers what came in the meantime when the server is stopped", async () => {
      const server = await startingServer(resources, new RecordingLogger());
      const client = resources.connect(server.address);
      const stream = client.answers();
      await stream.opened;
      await client.predict(question("early"));
      const stopped = server.stop();
      await server.load();
      assert.ok((await stream.answer("early")).json);
      assert.equal((await stream.ended).code, "UNAVAILABLE");
      await stopped;
    });
  });

  describe("/metrics", () => {
    const names = [
      "arena_requests_total",
      "arena_queue_size",
      "arena_queue_oldest_age_seconds",
      "arena_requests_in_flight",
      "arena_answers_undelivered",
      "arena_streams_open",
      "arena_unanswered_total",
      "arena_waiting_seconds",
      "arena_model_seconds",
      "arena_delivery_seconds",
      "grpc_server_started_total",
      "grpc_server_handled_total",
      "grpc_server_msg_received_total",
      "grpc_server_msg_sent_total",
      "grpc_server_handling_seconds",
      "process_resident_memory_bytes",
      "nodejs_eventloop_lag_seconds",
    ];

    it("describes every figure in Prometheus' format before the first request", async () => {
      const { httpUrl } = await resources.server(new ScriptedModel({ answer: "yes" }));
      const response = await fetch(`${httpUrl}/metrics`);
      assert.match(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
      const text = await response.text();
      for (const name of names) {
        assert.match(text, new RegExp(`^# HELP ${name} .+$`, "m"));
        assert.match(text, new RegExp(`^# TYPE ${name} (counter|gauge|histogram)$`, "m"));
      }
    });

    it("counts requests by outcome, and none that was not taken", async () => {
      const logger = new RecordingLogger();
      const model = new ScriptedModel([
        { answer: "yes" },
        { answer: "yes" },
        { throws: new Error("boom") },
        { hangs: true },
      ]);
      const { address, httpUrl } = await resources.server(model, {
        logger,
        settings: { REQUEST_TIMEOUT_MS: "40" },
      });
      const client = resources.connect(address);
      const stream = client.answers();
      for (const messageID of ["ok1", "ok2", "throws", "hangs"]) {
        await client.predict(question(messageID));
        await stream.answer(messageID);
      }
      await client.predict(question("bad", { request: "no JSON" }));
      await client.predict(question("other", { modelID: "other" }));
      await stream.answer("bad");
      await client.predict(question("ok1"));
      await stream.reached(6);
      const isDelivered = () => logger.named("request").length === 6;
      await logger.find(isDelivered);
      const figures = await scrape(httpUrl);
      const outcomes = Object.fromEntries(
        [...figures]
          .filter(([name]) => name.startsWith("arena_requests_total"))
          .map(([name, value]) => [/outcome="(\w+)"/.exec(name)?.[1], value]),
      );
      assert.deepEqual(outcomes, {
        OK: 2,
        INTERNAL: 1,
        DEADLINE_EXCEEDED: 1,
        INVALID_ARGUMENT: 1,
      });
      assert.equal(figures.get("arena_waiting_seconds_count"), 4);
      assert.equal(figures.get("arena_model_seconds_count"), 4);
      assert.equal(figures.get("arena_delivery_seconds_count"), 6);
      assert.equal(figures.get("arena_unanswered_total"), 0);
      assert.equal(figures.get("arena_answers_undelivered"), 0);
      assert.equal(figures.get("arena_queue_oldest_age_seconds"), 0);
      assert.ok((figures.get("arena_model_seconds_sum") ?? 0) >= 0.03);
    });

    it("shows what waits, runs and lies undelivered, and how many streams are open", async () => {
      const model = new HeldModel();
      const { address, httpUrl } = await resources.server(model, {
        settings: { MAX_CONCURRENCY: "2" },
      });
      const client = resources.connect(address);
      const ids = ["a", "b", "c", "d", "e"];
      for (const messageID of ids) await client.predict(question(messageID));
      const busy = await scrape(httpUrl);
      assert.equal(busy.get("arena_queue_size"), 3);
      assert.equal(busy.get("arena_requests_in_flight"), 2);
      assert.equal(busy.get("arena_answers_undelivered"), 0);
      assert.equal(busy.get("arena_streams_open"), 0);
      assert.equal(busy.get("arena_unanswered_total"), 0);
      assert.ok((busy.get("arena_queue_oldest_age_seconds") ?? -1) >= 0);
      for (const messageID of ids) (await model.call(messageID)).answer("done");
      const answered = await scrape(httpUrl);
      assert.equal(answered.get("arena_queue_size"), 0);
      assert.equal(answered.get("arena_requests_in_flight"), 0);
      assert.equal(answered.get("arena_answers_undelivered"), 5);
      assert.equal(answered.get("arena_unanswered_total"), 0);
      const streams = [client.answers(), client.answers()];
      await Promise.all(streams.map(({ opened }) => opened));
      assert.equal((await scrape(httpUrl)).get("arena_streams_open"), 2);
    });

    it("counts calls under the names of gRPC dashboards", async () => {
      const { address, httpUrl } = await resources.server(new ScriptedModel({ answer: "yes" }));
      const client = resources.connect(address);
      await client.registerModel();
      await client.registerModel();
      const stream = client.answers();
      await client.predict(question("1"));
      await stream.answer("1");
      await client.publishMetrics({ metrics: "{}", modelID: "scripted" });
      stream.cancel();
      await stream.ended;
      await client.predict(question("2", { modelID: "other" }));
      const figures = await scrape(httpUrl);
      const figure = (name: string, type: string, method: string, code?: string) =>
        figures.get(
          `grpc_server_${name}{grpc_type="${type}",grpc_service="Model",grpc_method="${method}"${
            code === undefined ? "" : `,grpc_code="${code}"`
          }}`,
        );
      assert.equal(figure("started_total", "unary", "predict"), 2);
      assert.equal(figure("handled_total", "unary", "predict", "OK"), 2);
      assert.equal(figure("handled_total", "unary", "registerModel", "OK"), 1);
      assert.equal(figure("handled_total", "unary", "registerModel", "OUT_OF_RANGE"), 1);
      assert.equal(figure("handled_total", "unary", "publishMetrics", "OK"), 1);
      assert.equal(figure("msg_received_total", "unary", "predict"), 2);
      assert.equal(figure("msg_sent_total", "server_stream", "sendPrediction"), 1);
      assert.equal(figure("started_total", "server_stream", "sendPrediction"), 1);
      assert.equal(figure("handled_total", "server_stream", "sendPrediction", "CANCELLED"), 1);
      assert.equal(figure("handling_seconds_count", "unary", "predict"), 2);
    });

    it("keeps arena_unanswered_total at 0 through everything that goes wrong", async () => {
      const model = new HeldModel();
      const { address, httpUrl } = await resources.server(model, {
        settings: { MAX_CONCURRENCY: "1", MAX_QUEUE: "1" },
      });
      const unanswered = async () => (await scrape(httpUrl)).get("arena_unanswered_total");
      const client = resources.connect(address);
      const stream = client.answers();
      await client.predict(question("running"));
      const running = await model.call("running");
      await client.predict(question("waiting"));
      await client.predict(question("full"));
      await client.predict(question("bad", { request: "" }));
      await client.predict(question("running"));
      await client.predict(question("", { request: chat("no id") }));
      await client.predict(Buffer.from([0xff]));
      assert.equal(await unanswered(), 0);
      running.fail(new Error("boom"));
      await stream.answer("running");
      assert.equal(await unanswered(), 0);
      stream.cancel();
      (await model.call("waiting")).answer("done");
      await client.predict(question("running"));
      assert.equal(await unanswered(), 0);
    });
  });
});
