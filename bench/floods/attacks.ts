import { once } from "node:events";
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect as connectHttp2,
} from "node:http2";
import { connect as connectTcp } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { ModelService } from "../../src/generated/model.ts";
import { framed } from "../../test/fixtures/raw-connection.ts";

const mebi = 2 ** 20;
const floodMs = 15_000;
const watch = "/grpc.health.v1.Health/Watch";
const reflection = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
const tinyFields = (bytes: number) => Buffer.alloc(bytes, Buffer.from([0x38, 0x00]));
const request = (text: string) =>
  Buffer.from(
    ModelService.predict.requestSerialize({
      request: text,
      modelID: "echo",
      sessionID: "attack",
      messageID: "",
    }),
  );
const json = (bytes: number) => `[{"role":"user","content":"${"a".repeat(bytes)}"}]`;

/** Floods by name. Each ends by itself; connections stay open until the process ends. */
export const attacks: Readonly<Record<string, (address: string) => Promise<void>>> = {
  "40 gzip bombs of 127 MB": (address) =>
    calls(address, 40, ModelService.predict.path, packed(tinyFields(127 * mebi))),
  "40 gzipped requests of 31 MB": (address) =>
    calls(address, 40, ModelService.predict.path, packed(request(json(31 * mebi)))),
  "10 metrics of 127 MB": (address) => {
    const metrics = `{"log":"${"a".repeat(127 * mebi - 100)}"}`;
    const message = ModelService.publishMetrics.requestSerialize({ metrics, modelID: "echo" });
    return calls(address, 10, ModelService.publishMetrics.path, plain(Buffer.from(message)));
  },
  "30 unfinished messages of 120 MB": async (address) => {
    const message = framed(request(json(120 * mebi)));
    await calls(address, 30, ModelService.predict.path, {
      headers: {},
      bytes: message.subarray(0, 119 * mebi),
      isUnfinished: true,
    });
  },
  "60 unfinished messages of 31 MB": async (address) => {
    const message = framed(request(json(31 * mebi)));
    await calls(address, 60, ModelService.predict.path, {
      headers: {},
      bytes: message.subarray(0, 30 * mebi),
      isUnfinished: true,
    });
  },
  "20 requests of 127 MB": (address) =>
    calls(address, 20, ModelService.predict.path, plain(request(json(127 * mebi - 200)))),
  "rapid resets": async (address) => {
    const end = performance.now() + floodMs;
    for (let connection = 0; connection < 324 && performance.now() < end; connection++) {
      const [host, port] = address.split(":");
      const socket = connectTcp(Number(port), host)
        .on("error", () => {})
        .resume();
      socket.write(Buffer.concat([greeting, ...resets]));
      await sleep(40);
      socket.destroy();
    }
  },
  "header-table resizes": (address) => floodOfFrames(address, 4, headerTableResizes()),
  "unknown methods": (address) => busyCalls(address, "/Model/unknown"),
  "100,000 Health/Watch": (address) => openStreams(address, watch, Buffer.from([0, 0, 0, 0, 0])),
  "100,000 predict streams without data": (address) =>
    openStreams(address, ModelService.predict.path, null),
  "reflection that is not read": async (address) => {
    const session = open(address);
    const stream = call(session, reflection);
    const asks = Buffer.concat(Array<Buffer>(2000).fill(framed(Buffer.from([0x3a, 0x00]))));
    const end = performance.now() + floodMs;
    while (performance.now() < end && !stream.destroyed) {
      stream.write(asks);
      await new Promise((resolve) => ping(session, resolve));
    }
  },
  "answers that are not read, on 400 streams": async (address) => {
    for (let connection = 0; connection < 4; connection++) {
      const session = open(address);
      for (let count = 0; count < 100; count++) {
        call(session, ModelService.sendPrediction.path).end(Buffer.alloc(5));
      }
    }
    const asker = open(address);
    const end = performance.now() + floodMs;
    const message = framed(request(json(10_000)));
    while (performance.now() < end && !asker.destroyed) {
      const stream = call(asker, ModelService.predict.path);
      stream.resume().end(message);
      await once(stream, "close");
    }
  },
};

interface Sent {
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  readonly isUnfinished?: boolean;
}

function plain(message: Buffer): Sent {
  return { headers: {}, bytes: framed(message) };
}

function packed(message: Buffer): Sent {
  const bytes = framed(gzipSync(message, { level: 1 }));
  bytes[0] = 1;
  return { headers: { "grpc-encoding": "gzip" }, bytes };
}

function open(address: string): ClientHttp2Session {
  const session = connectHttp2(`http://${address}`, { maxSessionMemory: 4000 });
  session.on("error", () => {});
  return session;
}

/** Resolves when it is open, or never will be. */
function connected(session: ClientHttp2Session): Promise<void> {
  return new Promise((resolve) => {
    session.once("connect", () => resolve());
    session.once("close", () => resolve());
  });
}

/** What it brings is not read. */
function call(session: ClientHttp2Session, path: string, headers = {}): ClientHttp2Stream {
  const stream = session.request({
    ":method": "POST",
    ":path": path,
    "content-type": "application/grpc",
    te: "trailers",
    ...headers,
  });
  return stream.on("error", () => {});
}

function ping(session: ClientHttp2Session, done: (value?: unknown) => void): void {
  if (session.destroyed || session.closed || !session.ping(() => done())) done();
}

/** So many calls at once, on connections of their own; unfinished ones stay as they are. */
async function calls(address: string, count: number, path: string, sent: Sent): Promise<void> {
  const { headers, bytes, isUnfinished = false } = sent;
  await Promise.all(
    Array.from({ length: count }, async () => {
      const stream = call(open(address), path, headers).resume();
      const closed = once(stream, "close");
      for (let at = 0; at < bytes.length && !stream.destroyed; at += mebi) {
        const piece = bytes.subarray(at, at + mebi);
        await Promise.race([closed, new Promise((resolve) => stream.write(piece, resolve))]);
      }
      if (isUnfinished) return;
      stream.end();
      await closed;
    }),
  );
}

/** Calls as fast as they are answered, 400 at once over four connections. */
async function busyCalls(address: string, path: string): Promise<void> {
  const end = performance.now() + floodMs;
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      let session = open(address);
      await Promise.all(
        Array.from({ length: 100 }, async () => {
          while (performance.now() < end) {
            if (session.destroyed || session.closed) {
              session = open(address);
              await connected(session);
              continue;
            }
            const stream = call(session, path).resume();
            stream.end(Buffer.alloc(5));
            if (!stream.destroyed) await once(stream, "close");
          }
        }),
      );
    }),
  );
}

/** 1,000 streams on each of a hundred connections. */
async function openStreams(address: string, path: string, bytes: Buffer | null): Promise<void> {
  for (let connection = 0; connection < 100; connection++) {
    const session = open(address);
    await connected(session);
    for (let count = 0; count < 1000 && !session.destroyed && !session.closed; count++) {
      const stream = call(session, path);
      if (bytes) stream.end(bytes);
    }
    await Promise.race([new Promise((resolve) => ping(session, resolve)), sleep(1000)]);
  }
}

function frame(type: number, flags: number, payload: Buffer, stream = 0): Buffer {
  const head = Buffer.alloc(9);
  head.writeUInt32BE(stream, 5);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  return Buffer.concat([head, payload]);
}

/** HTTP/2's preface and empty settings. */
const greeting = Buffer.concat([
  Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  frame(4, 0, Buffer.alloc(0)),
]);

/** A field of HPACK, neither indexed nor compressed. */
function field(index: number, value: string): Buffer {
  const number = index < 15 ? [index] : [15, index - 15];
  return Buffer.concat([Buffer.from([...number, value.length]), Buffer.from(value)]);
}

/** 900 calls of predict, each reset at once: fewer than the library itself takes for too many. */
const resets = Array.from({ length: 900 }, (_, count) => {
  const stream = 2 * count + 1;
  const headers = [
    // :method POST, :scheme http, :path, :authority, content-type
    Buffer.from([0x83, 0x86]),
    field(4, ModelService.predict.path),
    field(1, "localhost"),
    field(31, "application/grpc"),
  ];
  const cancel = Buffer.from([0, 0, 0, 8]);
  return Buffer.concat([frame(1, 4, Buffer.concat(headers), stream), frame(3, 0, cancel, stream)]);
});

/** SETTINGS_HEADER_TABLE_SIZE, small and large in turns. */
function headerTableResizes(): Buffer {
  const settings = (size: number) => {
    const payload = Buffer.alloc(6);
    payload.writeUInt16BE(1, 0);
    payload.writeUInt32BE(size, 2);
    return frame(4, 0, payload);
  };
  return Buffer.concat(Array<Buffer>(500).fill(Buffer.concat([settings(0), settings(65_536)])));
}

/** HTTP/2's greeting and then these frames, for ten seconds, on so many connections. */
async function floodOfFrames(address: string, count: number, frames: Buffer): Promise<void> {
  const [host, port] = address.split(":");
  const end = performance.now() + floodMs;
  await Promise.all(
    Array.from({ length: count }, async () => {
      while (performance.now() < end) {
        const socket = connectTcp(Number(port), host).resume();
        let isOpen = true;
        socket.on("error", () => {});
        const closed = new Promise<void>((resolve) => {
          socket.on("close", () => {
            isOpen = false;
            resolve();
          });
        });
        socket.write(greeting);
        while (isOpen && performance.now() < end) {
          if (socket.write(frames)) continue;
          const drained = new Promise((resolve) => socket.once("drain", resolve));
          await Promise.race([drained, closed]);
        }
        socket.destroy();
      }
    }),
  );
}
