import assert from "node:assert/strict";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { chat, names, question } from "../../../test/fixtures/questions.ts";
import { RecordingLogger } from "../../../test/fixtures/recording-logger.ts";
import { testResources } from "../../../test/fixtures/test-resources.ts";
import { ServingState } from "../../lifecycle/serving-state.ts";
import { MemoryQueue } from "../../queue/memory/memory-queue.ts";
import { GrpcMetrics } from "../../telemetry/grpc-metrics.ts";
import { Metrics } from "../../telemetry/metrics.ts";
import { unaryHandler } from "./arena-doors.ts";
import { createArenaService, modelReception } from "./model-service.ts";
import { createPredict } from "./predict.ts";
import { ByteBudget } from "./reception/byte-budget.ts";

describe("predict, where nobody takes answers", () => {
  const resources = testResources();

  it("ARENA-7 waits no longer than it may for room, and says that a request has no answer", async () => {
    const logger = new RecordingLogger();
    const limits = { maxRequestBytes: 1000, maxAnswerBytes: 100_000, maxMetricsBytes: 1000 };
    let unanswered = 0;
    const queue = new MemoryQueue({
      maxSize: 1,
      sessionOrder: "concurrent",
      deliveries: { answers: 2, characters: 1_000_000 },
    });
    const predict = createPredict({
      modelID: "scripted",
      queue,
      state: new ServingState(),
      mode: "arena",
      maxQueue: 1,
      ...limits,
      requestTimeoutMs: 60_000,
      refusalTimeoutMs: 1,
      logger,
      onAccepted: () => {},
      onRefused: () => {},
      onUnanswered: () => unanswered++,
    });
    const { path, ...definition } = createArenaService(
      modelReception(limits, new ByteBudget(10_000)),
    ).predict;
    const metrics = new GrpcMetrics(new Metrics().registry).method("unary", "Model", "predict");
    const server = new Server();
    server.addService(
      { predict: { path, ...definition } },
      { predict: unaryHandler(metrics, predict) },
    );
    const port = await new Promise<number>((resolve, reject) => {
      const insecure = ServerCredentials.createInsecure();
      server.bindAsync("127.0.0.1:0", insecure, (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    resources.use({ [Symbol.dispose]: () => server.forceShutdown() });
    const client = resources.connect(`127.0.0.1:${port}`);
    const request = chat("x".repeat(2000));
    for (const messageID of names("refused", 4)) {
      assert.equal((await client.predict(question(messageID, { request }))).code, "OK");
    }
    assert.equal((await queue.stats()).undelivered, 2);
    assert.equal(unanswered, 2);
    assert.deepEqual(
      logger.items.map((line) => [line["messageID"], line["code"]]),
      [
        ["refused2", "INVALID_ARGUMENT"],
        ["refused3", "INVALID_ARGUMENT"],
      ],
    );
  });
});
