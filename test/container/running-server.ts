import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const startMs = 30_000;
const stopMs = 60_000;

/** A server in a container, with its log. */
export class RunningServer {
  readonly log: Readonly<Record<string, unknown>>[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  private constructor(command: string, args: readonly string[]) {
    this.#child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
    this.#ended = once(this.#child, "close");
  }

  /** Runs a command that ends in a server; resolves when the server's log says "serving". */
  static async start(command: string, args: readonly string[]): Promise<RunningServer> {
    const server = new RunningServer(command, args);
    await server.#untilServing();
    return server;
  }

  get address(): string {
    return `127.0.0.1:${this.#served("grpcPort")}`;
  }

  get httpPort(): string {
    return String(this.#served("httpPort"));
  }

  get modelID(): unknown {
    return this.#served("modelID");
  }

  /** What the kernel says about the process: Uid, NSpid, NoNewPrivs … */
  status(field: string): string[] {
    const status = readFileSync(`/proc/${this.#processID}/status`, "utf8");
    const line = status.split("\n").find((candidate) => candidate.startsWith(`${field}:`));
    return line?.split(/\s+/).slice(1) ?? [];
  }

  /** Sends SIGTERM to the server; resolves with the exit code and the time it took. */
  async stop(): Promise<{ readonly exitCode: number | null; readonly stopMs: number }> {
    const startedAt = performance.now();
    process.kill(this.#processID, "SIGTERM");
    const timer = setTimeout(() => this.kill(), stopMs);
    await this.#ended;
    clearTimeout(timer);
    return { exitCode: this.#child.exitCode, stopMs: Math.round(performance.now() - startedAt) };
  }

  /** Ends what is left of it. */
  kill(): void {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    process.kill(this.#processID, "SIGKILL");
    this.#child.kill("SIGKILL");
  }

  /** The server itself: the last in the line of processes that were started for it. */
  get #processID(): number {
    return lastInLine(this.#child.pid ?? 0);
  }

  #untilServing(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const fail = (reason: string) =>
      reject(new Error(`${reason} before it served; its log: ${JSON.stringify(this.log)}`));
    const timer = setTimeout(() => {
      fail(`${startMs} ms passed`);
      this.kill();
    }, startMs);
    this.#child.on("error", reject);
    this.#child.on("close", (code) => fail(`the server ended with ${code}`));
    if (this.#child.stdout === null) throw new Error("the server has no standard output");
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      if (!line.startsWith("{")) return;
      const entry = JSON.parse(line);
      this.log.push(entry);
      if (entry.msg === "serving") resolve();
    });
    return promise.finally(() => clearTimeout(timer));
  }

  #served(field: string): unknown {
    return this.log.find(({ msg }) => msg === "serving")?.[field];
  }
}

/** Follows the line of children to its end. */
function lastInLine(processID: number): number {
  const child = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .find((name) => parentOf(name) === processID);
  return child === undefined ? processID : lastInLine(Number(child));
}

function parentOf(processID: string): number | undefined {
  try {
    const match = /^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${processID}/status`, "utf8"));
    return Number(match?.[1]);
  } catch {
    return undefined; // It has ended meanwhile.
  }
}
