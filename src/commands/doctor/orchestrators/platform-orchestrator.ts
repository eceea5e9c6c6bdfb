import { ArenaClient } from "../../../client/arena-client.ts";
import { RpcError } from "../../../client/rpc-error.ts";
import type { metricsJson, modelDefinition, modelRequest } from "../../../generated/model.ts";
import type { Death, Orchestrator, OrchestratorOptions } from "./orchestrator.ts";

/**
 * One thread of the platform's orchestrator: makes its calls one after the
 * other, and is dead for ever after the first that fails.
 */
class RpcThread {
  readonly #onDeath: (error: unknown) => void;
  #isDead = false;
  #last: Promise<boolean> = Promise.resolve(true);

  constructor(onDeath: (error: unknown) => void) {
    this.#onDeath = onDeath;
  }

  /** Makes a call after those before it. False: the thread was dead, or died of it. */
  run(call: () => Promise<unknown>): Promise<boolean> {
    this.#last = this.#last.then(() => this.#call(call));
    return this.#last;
  }

  async #call(call: () => Promise<unknown>): Promise<boolean> {
    if (this.#isDead) return false;
    try {
      await call();
      return true;
    } catch (error) {
      this.#isDead = true;
      this.#onDeath(error);
      return false;
    }
  }
}

/** After so many registrations the loop counts as endless, and is left. */
export const ENDLESS_REGISTRATIONS = 1000;

/**
 * The platform's orchestrator: one thread per RPC. `registerModel` is called
 * until it ends with an error, which is how it should be; every other thread is
 * dead for ever after its first error. A `sendPrediction` that ends with OK is
 * opened again at once. All of them share one connection.
 */
export class PlatformOrchestrator implements Orchestrator {
  readonly deaths: Death[] = [];
  readonly #client: ArenaClient;
  readonly #options: OrchestratorOptions;
  readonly #stopping = new AbortController();
  readonly #predict = this.#thread("predict");
  readonly #publishMetrics = this.#thread("publishMetrics");
  readonly #sendPrediction = this.#thread("sendPrediction");

  constructor(options: OrchestratorOptions) {
    this.#options = options;
    this.#client = new ArenaClient({ ...options, sharesConnection: true });
  }

  async start(): Promise<modelDefinition | undefined> {
    void this.#readAnswers();
    return this.#options.skipsRegistration ? undefined : await this.#register();
  }

  predict(request: modelRequest): Promise<boolean> {
    return this.#predict.run(() => this.#client.predict(request, this.#limits));
  }

  publishMetrics(metrics: metricsJson): Promise<boolean> {
    return this.#publishMetrics.run(() => this.#client.publishMetrics(metrics, this.#limits));
  }

  stop(): void {
    this.#stopping.abort(new Error("The orchestrator was stopped."));
    this.#client.close();
  }

  get #limits() {
    return { signal: this.#stopping.signal, timeoutMs: this.#options.timeoutMs };
  }

  async #register(): Promise<modelDefinition | undefined> {
    let definition: modelDefinition | undefined;
    const call = async () => {
      const answer = await this.#client.registerModel(this.#limits);
      definition ??= answer;
    };
    const thread = new RpcThread((error) => {
      if (!definition) this.#die("registerModel", error);
    });
    let calls = 0;
    while (calls < ENDLESS_REGISTRATIONS && (await thread.run(call))) calls += 1;
    if (calls === ENDLESS_REGISTRATIONS) {
      this.#die("registerModel", `it never ends with an error: ${calls} calls in a row`);
    }
    return definition;
  }

  async #readAnswers(): Promise<void> {
    const { signal } = this.#stopping;
    const read = async () => {
      for await (const answer of this.#client.answers(signal)) this.#options.onAnswer(answer);
    };
    while (!signal.aborted && (await this.#sendPrediction.run(read)));
  }

  #thread(rpc: string): RpcThread {
    return new RpcThread((error) => this.#die(rpc, error));
  }

  #die(rpc: string, error: unknown): void {
    if (this.#stopping.signal.aborted) return;
    const reason = error instanceof RpcError ? error.message : String(error);
    this.deaths.push({ what: `${rpc} loop`, rpc, reason });
  }
}
