import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { type Address, formatAddress } from "../address.ts";

/**
 * A way to a container that can break as networks do. It takes connections on
 * a port of its own and carries their bytes; frozen, it carries nothing more
 * from the container, which does not notice; severed, it is reset without a
 * word at the level of HTTP/2.
 */
export class FragileConnection {
  /** Connect here instead of to the container. */
  readonly address: string;
  readonly #server: Server;
  readonly #pairs: Map<Socket, Socket>;

  private constructor(server: Server, pairs: Map<Socket, Socket>, port: number) {
    this.#server = server;
    this.#pairs = pairs;
    this.address = formatAddress({ host: "127.0.0.1", port });
  }

  /** Begins to take connections to `target`. */
  static async open(target: Address): Promise<FragileConnection> {
    const pairs = new Map<Socket, Socket>();
    const server = createServer((near) => {
      const far = connect(target.port, target.host.replaceAll(/[[\]]/g, ""));
      pairs.set(near, far);
      near.pipe(far).pipe(near);
      near.on("error", () => {}).on("close", () => far.destroy());
      far
        .on("error", () => {})
        .on("close", () => {
          near.destroy();
          pairs.delete(near);
        });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    return new FragileConnection(server, pairs, port);
  }

  /** From now on nothing arrives from the container. */
  freeze(): void {
    for (const [near, far] of this.#pairs) {
      far.unpipe(near);
      far.pause();
    }
  }

  /** Cuts every connection with a reset and takes no more. */
  sever(): void {
    this.#server.close();
    for (const sockets of this.#pairs) for (const socket of sockets) socket.resetAndDestroy();
  }
}
