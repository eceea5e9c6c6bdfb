import type { metricsJson, modelDefinition, modelRequest } from "../../generated/model.ts";
import { ArenaClient } from "../arena-client.ts";
import { RpcError } from "../rpc-error.ts";
import type { Death, Orchestrator, OrchestratorOptions } from "./orchestrator.ts";
import { RpcThread } from "./rpc-thread.ts";

/** After so many registrations the loop counts as endless, and is left. */
export const ENDLESS_REGISTRATIONS = 1000;

/**
 * The platform's orchestrator: one thread per RPC. `registerModel` is called
 * until it ends with an error, which is how it should be; every other thread is
 * dead for ever after its first error. A `sendPrediction` that ends with OK is
 * opened again at once.
 */
export class PlatformOrchestrator implements Orchestrator {
  readonly deaths: Death[] = [];
  readonly #client: ArenaClient;
  readonly #options: OrchestratorOptions;
  readonly #stopping = new AbortController();
  readonly #predict = new RpcThread((error) => this.#die("predict loop", error));
  readonly #publishMetrics = new RpcThread((error) => this.#die("publishMetrics loop", error));
  readonly #sendPrediction = new RpcThread((error) => this.#die("sendPrediction loop", error));

  constructor(options: OrchestratorOptions) {
    this.#options = options;
    this.#client = new ArenaClient(options);
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
      if (!definition) this.#die("registerModel loop", error);
    });
    for (let calls = 0; await thread.run(call); calls += 1) {
      if (calls >= ENDLESS_REGISTRATIONS) {
        const reason = `registerModel never ends with an error: called ${calls} times in a row`;
        this.deaths.push({ what: "registerModel loop", reason });
        break;
      }
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

  #die(what: string, error: unknown): void {
    if (this.#stopping.signal.aborted) return;
    const reason = error instanceof RpcError ? error.message : String(error);
    this.deaths.push({ what, reason });
  }
}
