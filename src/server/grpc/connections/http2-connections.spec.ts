import assert from "node:assert/strict";
import { once } from "node:events";
import { type ClientHttp2Session, connect } from "node:http2";
import {
  type AddressInfo,
  createConnection,
  createServer,
  type Server,
  type Socket,
} from "node:net";
import { ScriptedModel } from "../../../testing/scripted-model.ts";
import { startTestServer, type TestServer } from "../../../testing/start-test-server.ts";

/** Carries bytes to the server and back, each way this much later. */
function startDistance(port: number, delayMs: number, sockets: Set<Socket>): Server {
  return createServer((near) => {
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
