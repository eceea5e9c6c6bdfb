import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { type Address, formatAddress } from "../address.ts";

/**
 * A way to a container that can be cut as when the other machine dies: without
 * a word at the level of HTTP/2. Takes connections on a port of its own and
 * carries bytes.
 */
export class SeverableConnection {
  /** Connect here instead of to the container. */
  readonly address: string;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;

  private constructor(server: Server, sockets: Set<Socket>, port: number) {
    this.#server = server;
    this.#sockets = sockets;
    this.address = formatAddress({ host: "127.0.0.1", port });
  }

  /** Begins to take connections to `target`. */
  static async open(target: Address): Promise<SeverableConnection> {
    const sockets = new Set<Socket>();
    const server = createServer((near) => {
      const far = connect(target.port, target.host.replaceAll(/[[\]]/g, ""));
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(socket);
        socket.on("error", () => {});
        socket.on("close", () => {
          sockets.delete(socket);
          other.destroy();
        });
        socket.pipe(other);
      }
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    return new SeverableConnection(server, sockets, port);
  }

  /** Cuts every connection with a reset and takes no more. */
  sever(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }
}
