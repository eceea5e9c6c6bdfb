import type { HoldingProxy } from "../fixtures/holding-proxy.ts";
import type { LogLine } from "../fixtures/recording-logger.ts";
import { ServerProcess, testModel } from "../fixtures/server-process.ts";
import type { Disturbances } from "./disturbances.ts";
import { endWithThisProcess } from "./end-with-this-process.ts";

/** What a replica is started with, each time. */
export interface ReplicaOptions {
  readonly name: string;
  /** Stays the same when it is started again, as behind a balancer. */
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Its network to the database, if there is one. */
  readonly link: HoldingProxy | null;
  readonly disturbances: Disturbances;
  /** Told about each line that it writes. */
  readonly onLine: (line: LogLine) => void;
  /** It is gone, and has said all that it said. */
  readonly onEnd: () => void;
}

class TalkingProcess extends ServerProcess {
  readonly #onLine: (line: LogLine) => void;

  constructor(
    environment: Readonly<Record<string, string>>,
    { onLine, onEnd }: Pick<ReplicaOptions, "onLine" | "onEnd">,
  ) {
    super(environment);
    this.#onLine = onLine;
    void this.exited.then(onEnd);
  }

  override add(line: LogLine): void {
    super.add(line);
    this.#onLine(line);
  }
}

/** What SIGTERM may take: draining, twice the closing of doors, and a store that is away. */
const maxEndMs = 20_000;

/** One process of the system, which can be killed, frozen and started again. */
export class Replica implements AsyncDisposable {
  readonly name: string;
  readonly #options: ReplicaOptions;
  #process: TalkingProcess | null = null;
  /** Where its figures are. */
  #httpUrl = "";
  /** What it wrote to standard error before its last start. */
  #stderr = "";

  constructor(options: ReplicaOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get address(): string {
    return `127.0.0.1:${this.#options.port}`;
  }

  get httpUrl(): string {
    return this.#httpUrl;
  }

  /** Whatever it wrote to standard error: a stack trace is a violation, too. */
  get stderr(): string {
    return this.#stderr + (this.#process?.stderr ?? "");
  }

  /** Resolves when it serves. */
  async start(): Promise<void> {
    const environment = {
      GRPC_PORT: String(this.#options.port),
      MODEL: testModel("chaos-model"),
      ...this.#options.environment,
    };
    const started = new TalkingProcess(environment, this.#options);
    endWithThisProcess(started);
    this.#process = started;
    ({ httpUrl: this.#httpUrl } = await started.serving());
  }

  /** Ends it at once, and resolves when it is gone. The return value starts it again. */
  async kill(): Promise<() => Promise<void>> {
    const end = this.#options.disturbances.begin(this.name, "kill");
    await this[Symbol.asyncDispose]();
    return async () => {
      await this.start();
      end();
    };
  }

  /** Ends it in order, and resolves when it is gone. Rejects when it takes too long, or fails. */
  async end(): Promise<() => Promise<void>> {
    const end = this.#options.disturbances.begin(this.name, "end");
    const ending = this.#process;
    ending?.kill("SIGTERM");
    const timer = setTimeout(() => ending?.kill("SIGKILL"), maxEndMs);
    const exit = await ending?.exited;
    clearTimeout(timer);
    if (exit?.code !== 0) {
      throw new Error(
        `${this.name} did not end well: ${exit?.code ?? exit?.signal}\n${this.stderr}`,
      );
    }
    return async () => {
      await this.start();
      end();
    };
  }

  /** Stops it in the middle of whatever it does. The return value lets it go on. */
  freeze(): () => void {
    const end = this.#options.disturbances.begin(this.name, "freeze");
    this.#process?.kill("SIGSTOP");
    return () => {
      this.#process?.kill("SIGCONT");
      end();
    };
  }

  /** Takes the database from it: nothing comes through. The return value gives it back, or breaks it. */
  unlink(): (isCut: boolean) => void {
    const { link, name, disturbances } = this.#options;
    const end = disturbances.begin(name, "unlink");
    // What the database still says is lost if it is cut: whether it did it is not known then.
    link?.toClient.hold();
    return (isCut) => {
      if (isCut) link?.cut();
      link?.toClient.release();
      end();
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stderr = this.stderr;
    await this.#process?.[Symbol.asyncDispose]();
    this.#process = null;
  }
}
