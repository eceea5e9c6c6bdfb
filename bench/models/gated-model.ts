import { AIModel, type ModelDefinition, type TaskInput, type TaskOutput } from "arena-model-server";

/** What the benchmark tells the model by publishMetrics. */
interface Orders {
  /** Lets the requests go that wait for it, and all later ones. */
  readonly open?: boolean;
  /** Collects garbage, so that what is measured afterwards is really held. */
  readonly collect?: boolean;
}

/** Answers with `ANSWER_CHARACTERS` characters, `DELAY_MS` late, once it is told to open. */
export default class GatedModel extends AIModel {
  readonly #answer = "y".repeat(Number(process.env["ANSWER_CHARACTERS"] ?? 2));
  readonly #delayMs = Number(process.env["DELAY_MS"] ?? 0);
  readonly #gate = Promise.withResolvers<void>();

  getModelDefinition(): ModelDefinition {
    return { modelID: "gated", needsText: true, needsImage: false, canText: true, canImage: false };
  }

  async getResponse(_input: TaskInput): Promise<TaskOutput> {
    await this.#gate.promise;
    if (this.#delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.#delayMs));
    // A copy: a text that is shared by all answers would take no memory.
    return { text: Buffer.from(this.#answer).toString("latin1") };
  }

  override publishMetrics({ open, collect }: Orders): void {
    if (open) this.#gate.resolve();
    if (collect) globalThis.gc?.();
  }
}
