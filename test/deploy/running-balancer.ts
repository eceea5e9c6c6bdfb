import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { createConnection, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "../fixtures/free-port.ts";

/** The balancer's configuration. */
export const balancerFile = join("docker", "haproxy.cfg");
const limitMs = 15_000;

/** A server that the balancer may choose. */
export interface BalancedServer {
  readonly name: string;
  readonly port: number;
  /** Where `/readyz` is. */
  readonly httpPort: number;
}

/** A connection through the balancer, and the gateway that it reached. */
export interface BalancedConnection {
  readonly gateway: string;
  /** Sends a line and returns the one that comes back. */
  echo(line: string): Promise<string>;
  close(): void;
}

/** HAProxy with its own configuration, but on free ports and with gateways of this machine. */
export class RunningBalancer {
  readonly #folder = mkdtempSync(join(tmpdir(), "arena-balancer-"));
  /** Rejects when HAProxy ends by itself. */
  readonly #ended: Promise<never>;
  readonly #child: ChildProcess;
  readonly #log = new EventEmitter();

  readonly #ports: Ports;

  private constructor(haproxy: string, gateways: readonly BalancedServer[], ports: Ports) {
    this.#ports = ports;
    const file = join(this.#folder, "haproxy.cfg");
    writeFileSync(file, configure(gateways, ports));
    // The master says when its worker listens.
    this.#child = spawn(haproxy, ["-W", "-db", "-f", file], { stdio: ["ignore", "pipe", "pipe"] });
    this.#ended = once(this.#child, "exit").then(([code]) => {
      throw new Error(`HAProxy ended with exit code ${code}`);
    });
    // Whoever waits for it hears of it; when nobody does, it was stopped.
    this.#ended.catch(() => {});
    for (const output of [this.#child.stdout, this.#child.stderr]) {
      if (output === null) throw new Error("the balancer has no log");
      createInterface(output).on("line", (line) => this.#log.emit("line", line));
    }
  }

  static async start(
    haproxy: string,
    gateways: readonly BalancedServer[],
  ): Promise<RunningBalancer> {
    const ports = { arena: await freePort(), health: await freePort() };
    const balancer = new RunningBalancer(haproxy, gateways, ports);
    await Promise.race([balancer.#logs("Loading success"), balancer.#ended]);
    return balancer;
  }

  /** Where the arena would connect. */
  get address(): string {
    return `127.0.0.1:${this.#ports.arena}`;
  }

  /** Resolves when HAProxy logs that a gateway is UP or DOWN. Call it before the change. */
  turned(gateway: BalancedServer, state: "UP" | "DOWN"): Promise<void> {
    return this.#logs(`/${gateway.name} is ${state}`);
  }

  async connect(): Promise<BalancedConnection> {
    const socket = createConnection(this.#ports.arena, "127.0.0.1");
    const lines = createInterface(socket)[Symbol.asyncIterator]();
    const read = async () => (await within(socket, lines.next())).value ?? "nothing";
    return {
      gateway: await read(),
      echo: (line) => {
        socket.write(`${line}\n`);
        return read();
      },
      close: () => socket.destroy(),
    };
  }

  /** What the container's health check is told. */
  async health(): Promise<number | undefined> {
    const request = get({ port: this.#ports.health, path: "/readyz", agent: false });
    const [response] = await once(request, "response", { signal: AbortSignal.timeout(limitMs) });
    response.resume();
    return response.statusCode;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.kill("SIGTERM")) {
      await once(this.#child, "exit");
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #logs(text: string): Promise<void> {
    const lines = EventEmitter.on(this.#log, "line", { signal: AbortSignal.timeout(limitMs) });
    for await (const [line] of lines) if (String(line).includes(text)) return;
  }
}

interface Ports {
  readonly arena: number;
  readonly health: number;
}

function configure(gateways: readonly BalancedServer[], ports: Ports): string {
  const lines = gateways.map(
    ({ name, port, httpPort }) => `server ${name} 127.0.0.1:${port} check port ${httpPort}`,
  );
  const changes = {
    "bind :8061": `bind 127.0.0.1:${ports.arena}`,
    "bind 127.0.0.1:8404": `bind 127.0.0.1:${ports.health}`,
    "server-template gateway 1-8 gateway:8061": lines.join("\n  "),
  };
  let text = readFileSync(balancerFile, "utf8");
  for (const [from, to] of Object.entries(changes)) {
    if (!text.includes(from)) throw new Error(`${balancerFile} has no line "${from}"`);
    text = text.replace(from, to);
  }
  return text;
}

/** A line that never comes must not hold up the others. */
async function within<Result>(socket: Socket, work: Promise<Result>): Promise<Result> {
  const timer = setTimeout(() => socket.destroy(), limitMs);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
