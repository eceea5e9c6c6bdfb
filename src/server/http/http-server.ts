import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { listenError } from "../listen-error.ts";

/** Answers one request of one path. */
export type HttpHandler = (
  request: IncomingMessage,
  response: ServerResponse,
) => void | Promise<void>;

/** Where HTTP listens, and what it answers. */
export interface HttpServerOptions {
  readonly host: string;
  readonly port: number;
  /** Handlers by path; GET and HEAD only. */
  readonly routes: Readonly<Record<string, HttpHandler>>;
  readonly onError: (error: unknown) => void;
}

/** All that a client sends at once is held until it is answered; who asks on connects again. */
const requestsPerConnection = 100;

/** Owns the HTTP port: probes and metrics. */
export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #server: Server;

  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.maxRequestsPerSocket = requestsPerConnection;
  }

  /** Opens the port and returns it. @throws ConfigurationError when it cannot be opened */
  async start(): Promise<number> {
    const { host, port } = this.#options;
    const listening = once(this.#server, "listening");
    this.#server.listen(port, host);
    try {
      await listening;
    } catch (error) {
      throw listenError("HTTP", host, port, error);
    }
    return portOf(this.#server.address());
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { routes, onError } = this.#options;
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    const handler = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (!handler) {
      const known = Object.keys(routes).join(", ");
      sendText(response, 404, `Nothing at ${path}. There is ${known}.`);
    } else if (request.method !== "GET" && request.method !== "HEAD") {
      sendText(response.setHeader("allow", "GET, HEAD"), 405, `${path} takes GET and HEAD only.`);
    } else {
      try {
        await handler(request, response);
      } catch (error) {
        onError(error);
        sendText(response, 500, "Internal error. The server's log has the cause.");
      }
    }
  }
}

/** Ends a response with one line of text. */
export function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(`${text}\n`);
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("HTTP is not listening");
  return address.port;
}
