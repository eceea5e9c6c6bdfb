import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setImmediate as immediate } from "node:timers/promises";
import { resetSocket } from "./fragile-connection.ts";

describe("resetSocket", () => {
  const states: Record<string, (socket: Socket) => void> = {
    "with nothing on its way": () => {},
    "whose end is on its way": (socket) => socket.end(),
    "with more to write than anybody reads": (socket) => socket.write(Buffer.alloc(16_000_000)),
    "that ends behind what nobody reads": (socket) => socket.end(Buffer.alloc(16_000_000)),
    "that is gone": (socket) => socket.destroy(),
  };
  for (const [state, bring] of Object.entries(states)) {
    it(`breaks a connection ${state}, and leaves no handle`, async () => {
      const before = openSockets();
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      const address = server.address();
      assert.ok(address !== null && typeof address === "object");
      const accepted = once(server, "connection");
      const socket = connect(address.port, "127.0.0.1");
      const [other]: Socket[] = await accepted;
      assert.ok(other);
      other.on("error", () => {});
      const errors: Error[] = [];
      socket.on("error", (error) => errors.push(error));

      bring(socket);
      resetSocket(socket);
      server.close();
      other.resume();
      // What keeps a handle for ever ends this test by its timeout.
      while (openSockets() > before) await immediate();
      assert.ok(other.destroyed);
      assert.deepEqual(errors, []);
    });
  }
});

/** How many this process has handles for. */
function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;
}
