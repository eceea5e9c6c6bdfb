import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import {
  type ClientHttp2Session,
  connect,
  createServer,
  type Http2Server,
  type Http2Session,
} from "node:http2";
import {
  type AddressInfo,
  createConnection,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from "node:net";
import { ScriptedModel } from "../../../testing/scripted-model.ts";
import { startTestServer, type TestServer } from "../../../testing/start-test-server.ts";
import { ConnectionLimits } from "./http2-connections.ts";

describe("ConnectionLimits", () => {
  let now = 0;
  let cuts: string[] = [];
  let server: Http2Server;
  let clients: ClientHttp2Session[] = [];
  const seen = new EventEmitter();

  beforeEach(async () => {
    [now, cuts, clients] = [0, [], []];
    const limits = new ConnectionLimits(
      (reason) => cuts.push(reason),
      () => now,
    );
    server = createServer({ settings: { maxConcurrentStreams: 9000 } }).listen(0, "127.0.0.1");
    server.on("session", (session: Http2Session) => limits.watch(session));
    server.on("stream", (stream, headers) => {
      stream.on("error", () => {});
      limits.count(stream, headers[":path"] === "/known");
      seen.emit("opened");
      stream.on("close", () => seen.emit("closed"));
      if (headers[":path"] !== "/known") stream.respond({}, { endStream: true });
    });
    await once(server, "listening");
  });

  afterEach(async () => {
    for (const client of clients) client.destroy();
    server.close();
    await once(server, "close");
  });

  async function open(): Promise<ClientHttp2Session> {
    const { port } = server.address() as AddressInfo;
    const client = connect(`http://127.0.0.1:${port}`);
    client.on("error", () => {});
    clients.push(client);
    await once(client, "connect");
    return client;
  }

  /** Not `once`: a connection that is cut ends with an error. */
  function closed(client: ClientHttp2Session): Promise<void> {
    return new Promise((resolve) => client.once("close", () => resolve()));
  }

  async function ask(client: ClientHttp2Session, path: string, count: number): Promise<void> {
    for (let turn = 0; turn < count; turn++) {
      const stream = client.request({ ":path": path }).resume();
      stream.on("error", () => {});
      await new Promise((resolve) => stream.once("close", resolve));
    }
  }

  it("cuts a connection that asks for what is not there 200 times, with ENHANCE_YOUR_CALM", async () => {
    const [flooding, other] = [await open(), await open()];
    const goaway = once(flooding, "goaway");
    await ask(flooding, "/unknown", 250);
    assert.equal((await goaway)[0], 11);
    assert.deepEqual(cuts, ["faults"]);
    assert.ok(flooding.destroyed);
    assert.ok(!other.destroyed);
  });

  it("forgets twenty faults a second", async () => {
    const client = await open();
    for (let second = 0; second < 10; second++) {
      await ask(client, "/unknown", 30);
      now += 1500;
    }
    assert.deepEqual(cuts, []);
  });

  it("counts calls that are reset before they are answered", async () => {
    const client = await open();
    const cut = closed(client);
    for (let turn = 0; turn < 250 && !client.destroyed; turn++) {
      const opened = once(seen, "opened");
      const stream = client.request({ ":path": "/known" });
      stream.on("error", () => {});
      await Promise.race([opened, cut]);
      const ended = once(seen, "closed");
      stream.close(8);
      await Promise.race([ended, cut]);
    }
    assert.deepEqual(cuts, ["faults"]);
  });

  it("counts changes of the settings", async () => {
    const client = await open();
    for (let turn = 0; turn < 250 && !client.destroyed; turn++) {
      await new Promise<void>((resolve) => {
        client.once("close", resolve);
        client.settings({ headerTableSize: turn % 2 ? 0 : 4096 }, () => resolve());
      });
      client.removeAllListeners("close");
    }
    assert.deepEqual(cuts, ["faults"]);
  });

  it("lets calls that are answered be as many as they like", async () => {
    server.removeAllListeners("stream");
    const limits = new ConnectionLimits((reason) => cuts.push(reason));
    server.on("stream", (stream) => {
      limits.count(stream, true);
      stream.respond({}, { endStream: true });
    });
    await ask(await open(), "/known", 500);
    assert.deepEqual(cuts, []);
  });

  it("cuts whoever has most streams when 8,000 are open", async () => {
    const [small, large] = [await open(), await open()];
    const cut = closed(large);
    const openStreams = (client: ClientHttp2Session, count: number) => {
      for (let turn = 0; turn < count; turn++) {
        client.request({ ":path": "/known" }).on("error", () => {});
      }
    };
    openStreams(small, 3000);
    await new Promise((resolve) => small.ping(resolve));
    openStreams(large, 5100);
    await cut;
    assert.deepEqual(cuts, ["streams"]);
    assert.ok(!small.destroyed);
  });
});

/** Carries bytes to the server and back, each way this much later. */
function startDistance(port: number, delayMs: number, sockets: Set<Socket>): Server {
  return createTcpServer((near) => {
    const far = createConnection(port, "127.0.0.1");
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on("data", (chunk) => setTimeout(() => to.writable && to.write(chunk), delayMs));
      from.on("error", () => to.destroy());
      from.on("close", () => to.destroy());
    }
  }).listen(0, "127.0.0.1");
}

describe("Http2Connections", () => {
  const sockets = new Set<Socket>();
  let server: TestServer;
  let client: ClientHttp2Session | null = null;

  beforeEach(async () => {
    server = await startTestServer(new ScriptedModel({ answer: "yes" }));
  });

  afterEach(async () => {
    client?.destroy();
    for (const socket of sockets) socket.destroy();
    await server.stop();
  });

  it("lets a distant client send 2 MiB before it waits", async () => {
    const distance = startDistance(Number(server.address.split(":")[1]), 10, sockets);
    await once(distance, "listening");
    const { port } = distance.address() as AddressInfo;
    client = connect(`http://127.0.0.1:${port}`);
    await once(client, "remoteSettings");
    const [settings] = await once(client, "remoteSettings");
    assert.equal(settings.initialWindowSize, 2 * 2 ** 20);
    distance.close();
  });
});
