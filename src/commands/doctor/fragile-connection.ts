import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { Transform } from "node:stream";
import { type Address, formatAddress } from "../address.ts";
import { MessageReader } from "./message-reader.ts";

/** Hears of each message that a frozen connection held back. */
export type OnWithheld = (message: Buffer) => void;

/**
 * A way to a container that can break as networks do. It takes connections on
 * a port of its own and carries their bytes; frozen, it carries nothing more
 * from the container, which does not notice, and tells what it holds back;
 * severed, it is reset without a word at the level of HTTP/2.
 */
export class FragileConnection {
  readonly #target: Address;
  readonly #onWithheld: OnWithheld;
  readonly #server = createServer((near) => this.#carry(near));
  readonly #sockets = new Set<Socket>();
  #isFrozen = false;

  private constructor(target: Address, onWithheld: OnWithheld) {
    this.#target = target;
    this.#onWithheld = onWithheld;
  }

  /** Begins to take connections to `target`. */
  static async open(target: Address, onWithheld: OnWithheld = () => {}) {
    const connection = new FragileConnection(target, onWithheld);
    connection.#server.listen(0, "127.0.0.1");
    await once(connection.#server, "listening");
    return connection;
  }

  /** Connect here instead of to the container. */
  get address(): string {
    const address = this.#server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    return formatAddress({ host: "127.0.0.1", port });
  }

  /** From now on nothing arrives from the container. */
  freeze(): void {
    this.#isFrozen = true;
  }

  /** Cuts every connection with a reset and takes no more. */
  sever(): void {
    this.#server.close();
    for (const socket of this.#sockets) resetSocket(socket);
    this.#sockets.clear();
  }

  #carry(near: Socket): void {
    const far = connect(this.#target.port, this.#target.host.replaceAll(/[[\]]/g, ""));
    const reader = new MessageReader();
    const gate = new Transform({
      transform: (bytes: Buffer, _encoding, done) => {
        const messages = reader.read(bytes);
        if (!this.#isFrozen) return done(null, bytes);
        for (const message of messages) this.#onWithheld(message);
        done();
      },
    });
    near.pipe(far).pipe(gate).pipe(near);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.on("error", () => {}).on("close", () => this.#drop(socket, other));
    }
  }

  #drop(socket: Socket, other: Socket): void {
    this.#sockets.delete(socket);
    if (this.#sockets.has(other)) other.destroy();
  }
}

/**
 * Resets a connection. Not to be destroyed afterwards, and destroyed here if
 * something waits to be written: Node keeps the handle of a socket for ever
 * that is reset while its end is on its way, and cannot exit then.
 */
export function resetSocket(socket: Socket): void {
  if (socket.writableLength > 0 || socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
