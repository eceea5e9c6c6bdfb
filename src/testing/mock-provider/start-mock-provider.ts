import { once } from "node:events";
import { createServer } from "node:http";
import type { FaultName } from "./faults.ts";
import { MockDoor } from "./mock-door.ts";
import type { MockRequest } from "./request-log.ts";
import { RequestLog } from "./request-log.ts";

/** How a mock differs from one on a free port of this machine in real time. */
export interface MockProviderOptions {
  readonly host?: string;
  readonly port?: number;
  /** What the faults' times are multiplied with; 0.01 makes a minute 600 ms. */
  readonly timeScale?: number;
  /** Milliseconds since 1970, for the faults that last; by default the machine's. */
  readonly now?: () => number;
  /** Faults of models that have names of their own, such as `{ "gpt-4o": "silent" }`. */
  readonly models?: Readonly<Record<string, FaultName>>;
}

/** A provider that fails on demand, and what it saw. */
export interface MockProvider extends AsyncDisposable {
  /** Base URL as for OpenAI, such as `http://127.0.0.1:40123/v1`. */
  readonly baseUrl: string;
  /** Everything it was asked, in order; not GET /requests, which tells the same. */
  readonly requests: readonly MockRequest[];
  /** Resolves once the requests so far are as this says. */
  until(condition: (requests: readonly MockRequest[]) => boolean): Promise<void>;
  /** Forgets all requests; what fails once fails again. */
  clear(): void;
  /** Ends it, and whatever it is in the middle of. */
  stop(): Promise<void>;
}

/**
 * Starts a server that speaks as OpenAI does and fails as the model's name says.
 * @throws the system's error when the port cannot be opened
 */
export async function startMockProvider({
  host = "127.0.0.1",
  port = 0,
  timeScale = 1,
  now = Date.now,
  models = {},
}: MockProviderOptions = {}): Promise<MockProvider> {
  const log = new RequestLog(now);
  const door = new MockDoor({ log, timeScale, now, models });
  const server = createServer((request, response) => {
    door.handle(request, response).catch(() => response.destroy());
  });
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("it listens on no port");
  const stop = async () => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return {
    baseUrl: `http://${host.includes(":") ? `[${host}]` : host}:${address.port}/v1`,
    get requests() {
      return log.requests;
    },
    until: (condition) => log.until(condition),
    clear: () => log.clear(),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
