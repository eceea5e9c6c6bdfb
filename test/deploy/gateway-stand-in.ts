import { once } from "node:events";
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import type { BalancedServer } from "./running-balancer.ts";

/** What the balancer sees of a gateway: a port that says its name and echoes, and `/readyz`. */
export class GatewayStandIn implements BalancedServer {
  readonly name: string;
  isReady = true;
  readonly #door: Server;
  readonly #http: HttpServer;

  private constructor(name: string) {
    this.name = name;
    this.#door = createServer((socket) => {
      socket.on("error", () => socket.destroy());
      socket.write(`${name}\n`);
      socket.pipe(socket);
    });
    this.#http = createHttpServer(({ url }, response) => {
      response.writeHead(url === "/readyz" && this.isReady ? 200 : 503).end();
    });
  }

  static async start(name: string): Promise<GatewayStandIn> {
    const gateway = new GatewayStandIn(name);
    for (const server of [gateway.#door, gateway.#http]) {
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
    }
    return gateway;
  }

  get port(): number {
    return portOf(this.#door);
  }

  get httpPort(): number {
    return portOf(this.#http);
  }

  /** Takes no more connections; those that are there stay. */
  leave(): void {
    this.#door.close();
  }

  stop(): void {
    this.#door.close();
    this.#http.close();
    this.#http.closeAllConnections();
  }
}

function portOf(server: Server | HttpServer): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("listens on no port");
  return address.port;
}
