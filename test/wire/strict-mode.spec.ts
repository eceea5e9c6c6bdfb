import assert from "node:assert/strict";
import { ScriptedModel } from "../../src/testing.ts";
import { HeldModel } from "../fixtures/held-model.ts";
import { ProtobufFields } from "../fixtures/protobuf-fields.ts";
import { chat, lastText, question } from "../fixtures/questions.ts";
import { RecordingLogger } from "../fixtures/recording-logger.ts";
import { testResources } from "../fixtures/test-resources.ts";
import type { Outcome } from "../fixtures/wire-client.ts";

/** google.rpc.Status, as clients that know it read it. */
function richStatus({ trailers }: Outcome) {
  const [bytes] = trailers.get("grpc-status-details-bin");
  assert.ok(Buffer.isBuffer(bytes), "no grpc-status-details-bin");
  const status = new ProtobufFields(bytes);
  const detail = (name: string) => {
    const found = status
      .messages(3)
      .find((any) => any.text(1) === `type.googleapis.com/google.rpc.${name}`);
    return found && new ProtobufFields(found.bytes(2)[0] ?? new Uint8Array());
  };
  return {
    code: status.number(1),
    message: status.text(2),
    /** Of RetryInfo. */
    retrySeconds: detail("RetryInfo")?.messages(1)[0]?.number(1),
    /** Of BadRequest. */
    violations: detail("BadRequest")
      ?.messages(1)
      .map((violation) => ({ field: violation.text(1), description: violation.text(2) })),
  };
}

describe("GRPC_STATUS_MODE=strict", () => {
  const resources = testResources();
  const echo = () => new ScriptedModel(async (input) => ({ text: lastText(input) }));

  async function serve(model: ScriptedModel, given: Readonly<Record<string, string>> = {}) {
    const logger = new RecordingLogger();
    const settings = { GRPC_STATUS_MODE: "strict", ...given };
    const server = await resources.server(model, { settings, logger });
    const client = resources.connect(server.address);
    const stream = resources.connect(server.address).answers();
    await stream.opened;
    return { server, client, stream, logger };
  }

  it("answers requests as the arena's mode does", async () => {
    const { client, stream } = await serve(echo());
    assert.equal((await client.predict(question("1"))).code, "OK");
    assert.equal((await stream.answer("1")).json.text, "question 1");
  });

  for (const [name, request] of Object.entries({
    "no JSON": "hello",
    "the wrong shape": '[{"role":"user"}]',
    "lone surrogates": '[{"role":"user","content":[{"type":"\\ud800"}]}]',
  })) {
    it(`refuses ${name} with INVALID_ARGUMENT and what is wrong with it`, async () => {
      const { client, stream } = await serve(echo());
      const outcome = await client.predict(question("bad", { request }));
      assert.equal(outcome.code, "INVALID_ARGUMENT");
      const { code, message, violations, retrySeconds } = richStatus(outcome);
      assert.deepEqual([code, message], [3, outcome.details]);
      assert.equal(violations?.length, 1);
      assert.equal(violations[0]?.field, "request");
      assert.ok(violations[0].description.length > 0);
      assert.equal(retrySeconds, undefined);
      assert.deepEqual(outcome.trailers.get("grpc-retry-pushback-ms"), []);
      await client.predict(question("fence"));
      await stream.answer("fence");
      assert.deepEqual(stream.messageIDs, ["fence"]);
    });
  }

  it("refuses bytes that are no protobuf with INVALID_ARGUMENT", async () => {
    const { client } = await serve(echo());
    const outcome = await client.predict(Buffer.from([0xff]));
    assert.equal(outcome.code, "INVALID_ARGUMENT");
    assert.equal(richStatus(outcome).violations?.length, 1);
  });

  it("refuses a request that is too large, and does not ask for it again", async () => {
    const { client } = await serve(echo(), { MAX_REQUEST_BYTES: "1000" });
    const outcome = await client.predict(question("1", { request: chat("x".repeat(2000)) }));
    assert.equal(outcome.code, "INVALID_ARGUMENT");
    assert.deepEqual(outcome.trailers.get("grpc-retry-pushback-ms"), []);
  });

  it("refuses another model with NOT_FOUND, and names the one that is here", async () => {
    const { client } = await serve(echo());
    const outcome = await client.predict(question("1", { modelID: "gpt-9" }));
    assert.equal(outcome.code, "NOT_FOUND");
    assert.match(outcome.details, /"gpt-9".*"scripted"/);
  });

  for (const [name, modelID] of Object.entries({
    "of other letters": "模型 😀\n\0%",
    "of 100 KB": "x".repeat(100_000),
    "of 1 MB": "x".repeat(1_000_000),
    "that is cut within a character": `a${"😀".repeat(600)}`,
  })) {
    it(`refuses a model's name ${name} with NOT_FOUND, and keeps the connection`, async () => {
      const { client } = await serve(echo());
      const open = client.answers();
      await open.opened;
      const outcome = await client.predict(question("1", { modelID }));
      assert.equal(outcome.code, "NOT_FOUND", outcome.details);
      await client.predict(question("fence"));
      open.cancel();
      assert.equal((await open.ended).code, "CANCELLED");
    });
  }

  it("refuses with RESOURCE_EXHAUSTED and when to come back when the queue is full", async () => {
    const model = new HeldModel();
    const { client, stream } = await serve(model, { MAX_CONCURRENCY: "1", MAX_QUEUE: "1" });
    await client.predict(question("running"));
    const running = await model.call("running");
    await client.predict(question("waiting"));
    const outcome = await client.predict(question("refused"));
    assert.equal(outcome.code, "RESOURCE_EXHAUSTED");
    const { code, message, retrySeconds, violations } = richStatus(outcome);
    assert.deepEqual([code, message], [8, outcome.details]);
    assert.equal(retrySeconds, 1);
    assert.equal(violations, undefined);
    assert.deepEqual(outcome.trailers.get("grpc-retry-pushback-ms"), ["1000"]);
    running.answer("done");
    (await model.call("waiting")).answer("done");
    await stream.reached(2);
    assert.deepEqual(stream.messageIDs, ["running", "waiting"]);
  });

  it("answers on the stream what fails after it was accepted", async () => {
    const model = new ScriptedModel([{ throws: new Error("boom") }, { hangs: true }]);
    const { client, stream } = await serve(model, { REQUEST_TIMEOUT_MS: "40" });
    assert.equal((await client.predict(question("throws"))).code, "OK");
    assert.equal((await stream.answer("throws")).json.error?.code, "INTERNAL");
    assert.equal((await client.predict(question("hangs"))).code, "OK");
    assert.equal((await stream.answer("hangs")).json.error?.code, "DEADLINE_EXCEEDED");
  });

  it("ARENA-11 answers OK to a request that is there already", async () => {
    const model = new HeldModel();
    const { client, stream } = await serve(model, { MAX_CONCURRENCY: "1", MAX_QUEUE: "1" });
    await client.predict(question("running"));
    const running = await model.call("running");
    await client.predict(question("waiting"));
    assert.equal((await client.predict(question("running"))).code, "OK");
    assert.equal((await client.predict(question("waiting"))).code, "OK");
    running.answer("done");
    (await model.call("waiting")).answer("done");
    await stream.reached(2);
  });

  it("ARENA-6 answers OUT_OF_RANGE to the second registration", async () => {
    const { client } = await serve(echo());
    await client.registerModel();
    const outcome = await client.registerModel();
    assert.equal(outcome.code, "OUT_OF_RANGE");
    assert.deepEqual(outcome.trailers.get("grpc-retry-pushback-ms"), []);
  });

  it("refuses with UNAVAILABLE and when to come back while it drains, and finishes the rest", async () => {
    const model = new HeldModel();
    const { server, client, stream, logger } = await serve(model, { DRAIN_TIMEOUT_MS: "5000" });
    await client.predict(question("running"));
    const running = await model.call("running");
    const stopped = server.stop();
    await logger.find(({ msg }) => msg === "draining");
    const outcome = await client.predict(question("late"));
    assert.equal(outcome.code, "UNAVAILABLE");
    assert.equal(richStatus(outcome).code, 14);
    assert.equal(richStatus(outcome).retrySeconds, 1);
    assert.deepEqual(outcome.trailers.get("grpc-retry-pushback-ms"), ["1000"]);
    running.answer("done");
    assert.equal((await stream.ended).code, "UNAVAILABLE");
    assert.deepEqual(stream.messageIDs, ["running"]);
    await stopped;
  });

  it("is not the arena's mode, which accepts while it drains", async () => {
    const model = new HeldModel();
    const served = await serve(model, { GRPC_STATUS_MODE: "arena", DRAIN_TIMEOUT_MS: "5000" });
    const { server, client, stream, logger } = served;
    await client.predict(question("running"));
    const running = await model.call("running");
    const stopped = server.stop();
    await logger.find(({ msg }) => msg === "draining");
    assert.equal((await client.predict(question("late"))).code, "OK");
    running.answer("done");
    (await model.call("late")).answer("also done");
    assert.equal((await stream.ended).code, "UNAVAILABLE");
    assert.deepEqual(
      stream.items.map(({ json }) => json.text),
      ["done", "also done"],
    );
    await stopped;
  });
});
