import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { credentials, status } from "@grpc/grpc-js";
import { ModelService } from "../../src/generated/model.ts";
import { ScriptedModel } from "../../src/testing.ts";
import { chat, lastText, question } from "../fixtures/questions.ts";
import { framed, RawConnection, statusOf } from "../fixtures/raw-connection.ts";
import { RecordingLogger } from "../fixtures/recording-logger.ts";
import { readTestPem, testPem } from "../fixtures/test-certificates.ts";
import { testResources } from "../fixtures/test-resources.ts";

describe("odd clients", () => {
  const resources = testResources();

  async function serve(settings: Readonly<Record<string, string>> = {}) {
    const logger = new RecordingLogger();
    const model = new ScriptedModel(async (input) => ({ text: lastText(input) }));
    const { address } = await resources.server(model, { settings, logger });
    return { address, logger };
  }

  /** A usual client is still served. */
  async function assertAlive(address: string, channel = credentials.createInsecure()) {
    const client = resources.connect(address, {}, channel);
    const stream = client.answers();
    assert.equal((await client.predict(question("alive"))).code, "OK");
    assert.equal((await stream.answer("alive")).json.text, "question alive");
  }

  function dial(address: string): Socket {
    const [host = "", port] = address.split(":");
    const socket = connect(Number(port), host);
    resources.use({ [Symbol.dispose]: () => socket.destroy() });
    return socket.on("error", () => {});
  }

  const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  for (const [name, bytes] of Object.entries({
    "HTTP/1.1": "GET / HTTP/1.1\r\nhost: x\r\n\r\n",
    "no protocol at all": "\0\xff".repeat(5000),
    "HTTP/2's greeting and garbage": `${preface}${"\xff".repeat(500)}`,
    "HTTP/2's greeting and a frame of a wrong size": `${preface}\0\0\x05\x04\0\0\0\0\0abcde`,
  })) {
    it(`that speak ${name} harm nobody`, async () => {
      const { address } = await serve();
      const socket = dial(address);
      const closed = once(socket, "close");
      socket.resume().write(Buffer.from(bytes, "latin1"));
      await closed;
      await assertAlive(address);
    });
  }

  it("that hang up before they said anything harm nobody", async () => {
    const { address } = await serve();
    for (let connection = 0; connection < 20; connection++) {
      const socket = dial(address);
      await once(socket, "connect");
      socket.resetAndDestroy();
    }
    await assertAlive(address);
  });

  it("that speak plaintext to a TLS port harm nobody", async () => {
    const { address } = await serve({
      TLS_CERT_FILE: testPem("server.pem"),
      TLS_KEY_FILE: testPem("server.key"),
    });
    const socket = dial(address);
    const closed = once(socket, "close");
    socket.resume().write(preface);
    await closed;
    const trust = credentials.createSsl(readTestPem("ca.pem"));
    await assertAlive(address.replace("127.0.0.1", "localhost"), trust);
  });

  it("that call what is not there get UNIMPLEMENTED", async () => {
    const { address } = await serve();
    const client = resources.connect(address);
    for (const path of ["/Model/Predict", "/arena.Model/predict", "/Other/call"]) {
      const { code } = await client.unary(path, Buffer.alloc(0), String);
      assert.equal(code, "UNIMPLEMENTED", path);
    }
  });

  it("that compress are understood", async () => {
    const { address } = await serve();
    const gzip = 2;
    const client = resources.connect(address, { "grpc.default_compression_algorithm": gzip });
    const stream = client.answers();
    const request = chat("x".repeat(100_000));
    assert.equal((await client.predict(question("1", { request }))).code, "OK");
    assert.equal((await stream.answer("1")).json.text.length, 100_000);
  });

  it("that send zeros that unpack to 256 MiB harm nobody", async () => {
    const { address } = await serve();
    const connection = resources.use(await RawConnection.to(address));
    const packed = gzipSync(Buffer.alloc(256 * 2 ** 20));
    const message = framed(packed);
    message[0] = 1;
    const call = connection.call(ModelService.predict.path, { "grpc-encoding": "gzip" });
    call.end(message);
    assert.notEqual(await statusOf(call), "0");
    await assertAlive(address);
  });

  it("that send two messages to predict, or none, get an error and harm nobody", async () => {
    const { address } = await serve();
    const connection = resources.use(await RawConnection.to(address));
    const bytes = framed(ModelService.predict.requestSerialize(question("1", { modelID: "x" })));
    for (const sent of [Buffer.concat([bytes, bytes]), Buffer.alloc(0)]) {
      const call = connection.call(ModelService.predict.path);
      call.end(sent);
      assert.notEqual(await statusOf(call), "0");
    }
    await assertAlive(address);
  });

  it("that are near send with the window of HTTP/2 itself", async () => {
    const { address } = await serve();
    const windows = new Set<number | undefined>();
    // A machine that is busy with other things may seem far away for once.
    for (let attempt = 0; attempt < 20 && !windows.has(65_535); attempt++) {
      const connection = resources.use(await RawConnection.to(address));
      await connection.ping();
      windows.add(connection.remoteWindow);
    }
    assert.ok(windows.has(65_535), [...windows].join());
  });

  it("that end their stream before grpc-js has handed it over take no answers", async () => {
    const { address } = await serve();
    const connection = resources.use(await RawConnection.to(address));
    const call = connection.call(ModelService.sendPrediction.path, { "grpc-timeout": "1m" });
    call.write(framed(Buffer.alloc(0)));
    const [headers] = await once(call, "response");
    assert.equal(headers["grpc-status"], String(status.DEADLINE_EXCEEDED));
    call.end();
    await connection.ping();
    await assertAlive(address);
  });
});
