import { once } from "node:events";
import { Server, type ServerCredentials } from "@grpc/grpc-js";
import { ConfigurationError } from "../../errors/configuration-error.ts";
import type { Health } from "./health.ts";
import { raiseReceiveWindow } from "./receive-window.ts";

/** Where and how gRPC listens. */
export interface GrpcServerOptions {
  readonly host: string;
  readonly port: number;
  readonly credentials: ServerCredentials;
  readonly maxRequestBytes: number;
  readonly health: Health;
  /** Adds the arena's service and whatever else is spoken. */
  readonly addServices: (server: Server) => void;
}

/**
 * A request that is too large must reach predict to be answered (ARENA-9), so
 * the transport takes more than that; only beyond this does it answer with an
 * error by itself.
 */
const transportFactor = 4;

/** Owns the gRPC port. */
export class GrpcServer {
  readonly #options: GrpcServerOptions;
  readonly #server: Server;

  constructor(options: GrpcServerOptions) {
    this.#options = options;
    this.#server = new Server({
      "grpc.max_receive_message_length": Math.min(
        options.maxRequestBytes * transportFactor + 65_536,
        2 ** 31 - 1,
      ),
      // An orchestrator that vanished without a word is noticed within 40 s.
      "grpc.keepalive_time_ms": 30_000,
      "grpc.keepalive_timeout_ms": 10_000,
      "grpc.enable_channelz": 0,
    });
    options.health.addTo(this.#server);
    options.addServices(this.#server);
  }

  /** Opens the port and returns it. @throws ConfigurationError when it cannot be opened */
  start(): Promise<number> {
    const { host, port, credentials } = this.#options;
    const address = `${host.includes(":") ? `[${host}]` : host}:${port}`;
    return new Promise((resolve, reject) => {
      this.#server.bindAsync(address, credentials, (error, boundPort) => {
        if (error) return reject(portError(address, error));
        raiseReceiveWindow(this.#server);
        resolve(boundPort);
      });
    });
  }

  /** Lets calls end until `signal` aborts, then cuts them. */
  async stop(signal: AbortSignal): Promise<void> {
    const ended = new Promise<void>((resolve) => this.#server.tryShutdown(() => resolve()));
    const aborted = signal.aborted ? Promise.resolve() : once(signal, "abort");
    await Promise.race([ended, aborted]);
    this.#server.forceShutdown();
  }
}

function portError(address: string, error: Error): ConfigurationError {
  const message = `cannot listen on ${address} (${error.message}); is another server there? Choose another port, or 0 for a free one`;
  return new ConfigurationError([{ name: "GRPC_PORT", message }], { cause: error });
}
