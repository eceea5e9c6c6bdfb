import { once } from "node:events";
import { Server, type ServerCredentials, type ServerInterceptor } from "@grpc/grpc-js";
import { listenError } from "../listen-error.ts";
import {
  ConnectionLimits,
  type CutReason,
  Http2Connections,
} from "./connections/http2-connections.ts";
import type { Health } from "./health.ts";

/** Where and how gRPC listens. */
export interface GrpcServerOptions {
  readonly host: string;
  readonly port: number;
  readonly credentials: ServerCredentials;
  /** Size of the largest message of any method. */
  readonly maxMessageBytes: number;
  /** How messages arrive. */
  readonly reception: ServerInterceptor;
  readonly health: Health;
  /** Told when a connection is cut because it floods the server. */
  readonly onCut: (reason: CutReason, peer: string) => void;
  /** Adds the arena's service and whatever else is spoken. */
  readonly addServices: (server: Server) => void;
}

/** Usual clients let more calls wait until others have ended. */
const maxStreamsPerConnection = 1000;

/** Owns the gRPC port. */
export class GrpcServer {
  readonly #options: GrpcServerOptions;
  readonly #server: Server;
  readonly #connections: Http2Connections;
  #ended: Promise<void> | null = null;

  constructor(options: GrpcServerOptions) {
    this.#options = options;
    this.#connections = new Http2Connections("/Model/predict", new ConnectionLimits(options.onCut));
    this.#server = new Server({
      "grpc.max_receive_message_length": options.maxMessageBytes,
      interceptors: [options.reception],
      "grpc.max_concurrent_streams": maxStreamsPerConnection,
      // A client that is frozen for minutes is not cut off (ARENA-22); silent streams are looked after.
      "grpc.keepalive_time_ms": 30_000,
      "grpc.keepalive_timeout_ms": 600_000,
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
        if (error) return reject(listenError("GRPC", host, port, error));
        this.#connections.watch(this.#server);
        resolve(boundPort);
      });
    });
  }

  /**
   * Takes no new calls, and resolves when those that are still arriving have
   * ended; streams stay open. Gives up when `signal` aborts.
   */
  async drain(signal: AbortSignal): Promise<void> {
    this.#ended ??= new Promise((resolve) => this.#server.tryShutdown(() => resolve()));
    await this.#connections.onNoCall(signal);
  }

  /** Lets everything end until `signal` aborts, then cuts it. */
  async stop(signal: AbortSignal): Promise<void> {
    await this.drain(signal);
    const aborted = signal.aborted ? Promise.resolve() : once(signal, "abort");
    await Promise.race([this.#ended, aborted]);
    this.#server.forceShutdown();
    this.#connections.destroy();
  }
}
