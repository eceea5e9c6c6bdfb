import { ArenaClient } from "../client/arena-client.ts";
import { createArenaServer } from "../compose.ts";
import { readEnvironment } from "../config/environment.ts";
import type { ChatEvent, ChatRequest } from "../data-models/chat.ts";
import { type Logger, silentLogger } from "../data-models/request-context.ts";
import type { AIModel } from "../models/ai-model.ts";
import { callDirectly, type DirectCallOptions } from "../pipeline/direct-call.ts";

/** How a test's server differs from a real one. */
export interface TestServerOptions {
  /** Settings by their names, as text, such as `{ MAX_QUEUE: "2" }`. Ports are free ones. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Takes the log lines; by default they are dropped. */
  readonly logger?: Logger;
}

/** A running server with the model under test, and a client that behaves as the orchestrator. */
export interface TestServer extends AsyncDisposable {
  readonly client: ArenaClient;
  /** Where gRPC listens, such as `127.0.0.1:40123`. */
  readonly address: string;
  /** Where probes and metrics are, such as `http://127.0.0.1:40124`. */
  readonly httpUrl: string;
  /**
   * Asks the model without gRPC and queue, with the same limits, and streams the
   * answer. Throws what the request fails with while it is read.
   */
  ask(request: ChatRequest, options?: Partial<DirectCallOptions>): AsyncIterable<ChatEvent>;
  /** One more client, with connections of its own; it is closed with the server. */
  connect(): ArenaClient;
  /** Stops the server as SIGTERM does, then closes the clients. */
  stop(): Promise<void>;
}

/** For an answer that is asked for directly. */
const defaultTimeoutMs = 60_000;

/** Starts a real server on free ports of this machine, in this process. */
export async function startTestServer(
  model: AIModel,
  { settings = {}, logger = silentLogger }: TestServerOptions = {},
): Promise<TestServer> {
  const server = await createArenaServer(
    readEnvironment(undefined, {
      GRPC_HOST: "127.0.0.1",
      GRPC_PORT: "0",
      HTTP_PORT: "0",
      QUEUE_URL: "memory:",
      // Answers that a test did not read need nobody to wait for them.
      DRAIN_TIMEOUT_MS: "200",
      ...settings,
    }),
    model,
    logger,
  );
  const ports = await server.start();
  if (!ports) throw new Error("the server was stopped before it served");
  const { grpcPort, httpPort } = ports;
  const address = `127.0.0.1:${grpcPort}`;
  const clients: ArenaClient[] = [];
  const connect = () => {
    const client = new ArenaClient({ address });
    clients.push(client);
    return client;
  };
  const stop = async () => {
    await server.stop();
    for (const client of clients) client.close();
  };
  return {
    client: connect(),
    address,
    httpUrl: `http://127.0.0.1:${httpPort}`,
    ask: (request, options) =>
      callDirectly(server.pipeline, request, { timeoutMs: defaultTimeoutMs, logger, ...options }),
    connect,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
