import assert from "node:assert/strict";
import { once } from "node:events";
import type { ClientHttp2Stream } from "node:http2";
import { deflateSync, gzipSync } from "node:zlib";
import { ModelService } from "../../src/generated/model.ts";
import { ScriptedModel } from "../../src/testing.ts";
import { chat, names, question } from "../fixtures/questions.ts";
import { framed, RawConnection, statusOf } from "../fixtures/raw-connection.ts";
import { RecordingLogger } from "../fixtures/recording-logger.ts";
import { ServerProcess, testModel } from "../fixtures/server-process.ts";
import { testResources } from "../fixtures/test-resources.ts";
import { usedMemory } from "../fixtures/used-memory.ts";

const mebi = 2 ** 20;
const reflectionPath = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
const small = {
  registerModel: ModelService.registerModel.path,
  sendPrediction: ModelService.sendPrediction.path,
  "Health/Check": "/grpc.health.v1.Health/Check",
  "Health/Watch": "/grpc.health.v1.Health/Watch",
  reflection: reflectionPath,
};
/** Field 7, a varint, 0: protobuf's smallest field that nobody knows. */
const tinyFields = (bytes: number) => Buffer.alloc(bytes, Buffer.from([0x38, 0x00]));

describe("the reception of messages", () => {
  const resources = testResources();

  async function serve(settings: Readonly<Record<string, string>> = {}) {
    const logger = new RecordingLogger();
    const model = new ScriptedModel({ answer: "yes" });
    const { address } = await resources.server(model, { settings, logger });
    const connection = resources.use(await RawConnection.to(address));
    const client = resources.connect(address, { "grpc.max_send_message_length": -1 });
    return { address, logger, model, connection, client };
  }

  function compressed(message: Buffer): Buffer {
    const bytes = framed(message);
    bytes[0] = 1;
    return bytes;
  }

  /** Sends a call in pieces, and returns its status. */
  async function statusOfPieces(call: ClientHttp2Stream, pieces: readonly Buffer[]) {
    const ended = statusOf(call);
    for (const piece of pieces) {
      if (!call.write(piece)) await Promise.race([once(call, "drain"), once(call, "close")]);
    }
    call.end();
    return ended;
  }

  it("lives on with a small heap when messages of 127 MiB consist of tiny fields", async () => {
    const server = resources.use(
      new ServerProcess({
        NODE_OPTIONS: "--max-old-space-size=96",
        MODEL: testModel("puppet-model"),
      }),
    );
    const { address } = await server.serving();
    const connection = resources.use(await RawConnection.to(address));
    const bomb = tinyFields(127 * mebi);
    const packed = gzipSync(bomb, { level: 1 });
    for (const path of [ModelService.predict.path, ModelService.publishMetrics.path]) {
      const unpacked = connection.call(path, { "grpc-encoding": "gzip" });
      assert.equal(await statusOfPieces(unpacked, [compressed(packed)]), "0", path);
    }
    const plain = connection.call(ModelService.predict.path);
    assert.equal(await statusOfPieces(plain, [framed(bomb)]), "0");
    for (const path of Object.values(small)) {
      const call = connection.call(path, { "grpc-encoding": "gzip" });
      assert.equal(await statusOfPieces(call, [compressed(packed)]), "8", path);
    }
    assert.equal((await resources.connect(address).registerModel()).code, "OK");
  }).timeout(60_000);

  for (const [name, path] of Object.entries(small)) {
    it(`takes 16 KiB of ${name}, and RESOURCE_EXHAUSTED answers more, compressed or not`, async () => {
      const { connection } = await serve();
      const most = tinyFields(16 * 1024);
      const more = tinyFields(16 * 1024 + 2);
      const gzip = { "grpc-encoding": "gzip" };
      for (const [headers, message] of [
        [{}, framed(more)],
        [gzip, compressed(gzipSync(more))],
        [gzip, compressed(gzipSync(Buffer.alloc(20 * mebi)))],
      ] as const) {
        const call = connection.call(path, headers);
        call.end(message);
        assert.equal(await statusOf(call), "8");
      }
      const call = connection.call(path);
      call.end(framed(most));
      const [headers] = await once(call, "response");
      assert.notEqual(headers["grpc-status"], "8");
      call.close();
    });
  }

  it("reads messages that come in pieces of any size, also within their first five bytes", async () => {
    const { connection, client } = await serve();
    const stream = client.answers();
    const message = (messageID: string) =>
      Buffer.from(ModelService.predict.requestSerialize(question(messageID)));
    const gzip = { "grpc-encoding": "gzip" };
    const deflate = { "grpc-encoding": "deflate" };
    for (const [index, size] of [1, 2, 3, 7, 50].entries()) {
      for (const [kind, headers, bytes] of [
        ["plain", {}, framed(message(`plain${index}`))],
        ["gzip", gzip, compressed(gzipSync(message(`gzip${index}`)))],
        ["deflate", deflate, compressed(deflateSync(message(`deflate${index}`)))],
        // The flag says that this one message is as it is.
        ["mixed", gzip, framed(message(`mixed${index}`))],
      ] as const) {
        const call = connection.call(ModelService.predict.path, headers);
        const pieces = names("", Math.ceil(bytes.length / size)).map((at) =>
          bytes.subarray(Number(at) * size, (Number(at) + 1) * size),
        );
        assert.equal(await statusOfPieces(call, pieces), "0", kind);
        assert.equal((await stream.answer(`${kind}${index}`)).json.text, "yes");
      }
    }
  });

  it("ends calls whose message is compressed wrongly, or in a way that nobody knows", async () => {
    const { connection } = await serve();
    const packed = gzipSync(Buffer.alloc(1000));
    const gzip = { "grpc-encoding": "gzip" };
    const { path } = ModelService.predict;
    for (const [headers, message, status] of [
      [gzip, compressed(Buffer.from("no gzip")), "13"],
      [gzip, compressed(packed.subarray(0, 20)), "13"],
      [gzip, compressed(Buffer.concat([packed, Buffer.alloc(100_000, "x")])), "13"],
      [{ "grpc-encoding": "br" }, compressed(packed), "12"],
      [{}, framed(Buffer.alloc(0)).fill(0xff), "8"],
    ] as const) {
      const call = connection.call(path, headers);
      call.end(message);
      assert.equal(await statusOf(call), status);
    }
  });

  it("keeps nothing of what comes after a call has failed", async () => {
    const { connection } = await serve();
    const paths = [ModelService.predict.path, ...Object.values(small)];
    for (const [path, headers, status] of [
      ...paths.map((path) => [path, {}, "8"] as const),
      [ModelService.predict.path, { "grpc-timeout": "1m" }, "4"],
      [ModelService.predict.path, { "grpc-timeout": "soon" }, "13"],
    ] as const) {
      const call = connection.call(path, headers);
      const failed = once(call.resume(), "response");
      const announced = framed(Buffer.alloc(0));
      announced.writeUInt32BE(status === "8" ? 2 ** 31 : 100 * mebi, 1);
      call.write(announced);
      assert.equal((await failed)[0]["grpc-status"], status);
      const before = usedMemory().arrayBuffers;
      const piece = Buffer.alloc(mebi);
      const closed = new Promise((resolve) => call.once("close", resolve));
      // The server may end the call, or read on and keep nothing.
      for (let sent = 0; sent < 40 && !call.destroyed; sent++) {
        await Promise.race([closed, new Promise((resolve) => call.write(piece, resolve))]);
      }
      const kept = usedMemory().arrayBuffers - before;
      assert.ok(kept < 20 * mebi, `${path} keeps ${kept} bytes`);
      call.close();
    }
  }).timeout(60_000);

  it("ARENA-9 answers with an error what finds no room, and takes it again later", async () => {
    const { connection, client } = await serve();
    const stream = client.answers();
    await stream.opened;
    const image = chat("x".repeat(31 * mebi));
    const held: ClientHttp2Stream[] = [];
    // Unfinished messages that hold all there is; the number of bytes is what counts, not who sends them.
    for (const messageID of names("held", 3)) {
      const bytes = framed(
        Buffer.from(ModelService.predict.requestSerialize(question(messageID, { request: image }))),
      );
      const call = connection.call(ModelService.predict.path);
      await new Promise((resolve) => call.write(bytes.subarray(0, 30 * mebi), resolve));
      held.push(call);
    }
    await connection.ping();
    const outcome = await client.predict(question("late", { request: image }));
    assert.equal(outcome.code, "OK");
    const { json } = await stream.answer("late");
    assert.equal(json.error?.code, "RESOURCE_EXHAUSTED");
    assert.equal(json.error.retryable, true);
    assert.equal((await client.predict(question("small"))).code, "OK");
    assert.equal((await stream.answer("small")).json.text, "yes");
    for (const call of held) {
      call.destroy();
      await once(call, "close");
    }
    await connection.ping();
    await client.predict(question("again", { request: image }));
    assert.equal((await stream.answer("again")).json.text, "yes");
  }).timeout(60_000);

  it("refuses metrics above MAX_METRICS_BYTES in the log, with their session, and never to the caller", async () => {
    const { client, logger, model } = await serve({ MAX_METRICS_BYTES: "20000" });
    const metrics = JSON.stringify({ sessionID: "s1", log: "secret ".repeat(10_000) });
    assert.equal((await client.publishMetrics({ metrics, modelID: "scripted" })).code, "OK");
    const line = logger.items.find(({ msg }) => String(msg).includes("MAX_METRICS_BYTES"));
    assert.deepEqual(
      [line?.["sessionID"], line?.["limit"], line?.["modelID"]],
      ["s1", 20_000, "scripted"],
    );
    assert.ok(!logger.text.includes("secret"));
    assert.deepEqual(model.metrics, []);
    await client.publishMetrics({ metrics: "{}", modelID: "scripted" });
    assert.deepEqual(model.metrics, [{}]);
  });
});
