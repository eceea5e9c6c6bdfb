import { ArenaClient } from "../../../client/arena-client.ts";
import { RpcError } from "../../../client/rpc-error.ts";
import type { metricsJson, modelDefinition, modelRequest } from "../../../generated/model.ts";
import type { Death, Orchestrator, OrchestratorOptions } from "./orchestrator.ts";

/**
 * The arena's small test orchestrator: one process, in which any error ends
 * everything. It registers once and reads one `sendPrediction`; when that ends
 * with OK, answers are never carried on again. Its stream has a connection of
 * its own.
 */
export class SmallTestOrchestrator implements Orchestrator {
  readonly deaths: Death[] = [];
  readonly #client: ArenaClient;
  readonly #options: OrchestratorOptions;
  readonly #stopping = new AbortController();

  constructor(options: OrchestratorOptions) {
    this.#options = options;
    this.#client = new ArenaClient(options);
  }

  async start(): Promise<modelDefinition | undefined> {
    let definition: modelDefinition | undefined;
    if (!this.#options.skipsRegistration) {
      await this.#survives("registerModel", async () => {
        definition = await this.#client.registerModel(this.#limits);
      });
    }
    if (!this.#stopping.signal.aborted)
      void this.#survives("sendPrediction", () => this.#readAnswers());
    return definition;
  }

  predict(request: modelRequest): Promise<boolean> {
    return this.#survives("predict", () => this.#client.predict(request, this.#limits));
  }

  publishMetrics(metrics: metricsJson): Promise<boolean> {
    return this.#survives("publishMetrics", () =>
      this.#client.publishMetrics(metrics, this.#limits),
    );
  }

  stop(): void {
    this.#stopping.abort(new Error("The orchestrator was stopped."));
    this.#client.close();
  }

  get #limits() {
    return { signal: this.#stopping.signal, timeoutMs: this.#options.timeoutMs };
  }

  async #readAnswers(): Promise<void> {
    const { signal } = this.#stopping;
    for await (const answer of this.#client.answers(signal)) this.#options.onAnswer(answer);
    if (!signal.aborted) {
      const reason = "sendPrediction ended with OK, and is not opened again";
      this.deaths.push({ what: "reader of answers", rpc: "sendPrediction", reason });
    }
  }

  async #survives(rpc: string, call: () => Promise<unknown>): Promise<boolean> {
    if (this.#stopping.signal.aborted) return false;
    try {
      await call();
      return true;
    } catch (error) {
      if (this.#stopping.signal.aborted) return false;
      const reason = error instanceof RpcError ? error.message : String(error);
      this.deaths.push({ what: "process", rpc, reason });
      this.stop();
      return false;
    }
  }
}
