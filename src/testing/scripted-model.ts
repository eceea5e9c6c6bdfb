import type { RequestContext } from "../data-models/request-context.ts";
import type { ModelDefinition, TaskInput, TaskOutput } from "../data-models/task.ts";
import { AIModel, type SessionOrder } from "../models/ai-model.ts";

/** What the model does with one request. */
export type Script =
  | { readonly answer: string; readonly image?: string; readonly afterMs?: number }
  | { readonly throws: unknown; readonly afterMs?: number }
  /** Never answers; `deaf` ones do not even listen to the signal. */
  | { readonly hangs: true; readonly deaf?: boolean }
  /** Decides from the request itself. */
  | ((input: TaskInput, context: RequestContext) => Promise<TaskOutput>);

/** One request that the model got. */
export interface ScriptedCall {
  readonly input: TaskInput;
  readonly context: RequestContext;
}

/** How a ScriptedModel differs from a plain text model named `scripted`. */
export interface ScriptedModelOptions extends Partial<ModelDefinition> {
  readonly sessionOrder?: SessionOrder;
}

/** A model that does as it is told, and remembers what it was asked. */
export class ScriptedModel extends AIModel {
  override readonly sessionOrder: SessionOrder;
  /** Everything it was asked, in the order of the calls. */
  readonly calls: ScriptedCall[] = [];
  /** Everything that was published to it. */
  readonly metrics: unknown[] = [];
  readonly #definition: ModelDefinition;
  readonly #scripts: Script[];

  /** The scripts are used up one by one; the last one stays. */
  constructor(scripts: Script | readonly Script[], options: ScriptedModelOptions = {}) {
    super();
    const { sessionOrder = "concurrent", ...definition } = options;
    this.sessionOrder = sessionOrder;
    this.#scripts = Array.isArray(scripts) ? [...scripts] : [scripts];
    if (this.#scripts.length === 0)
      throw new TypeError("a ScriptedModel needs at least one script");
    this.#definition = {
      modelID: "scripted",
      needsText: true,
      needsImage: false,
      canText: true,
      canImage: false,
      ...definition,
    };
  }

  override getModelDefinition(): ModelDefinition {
    return this.#definition;
  }

  override async getResponse(input: TaskInput, context: RequestContext): Promise<TaskOutput> {
    this.calls.push({ input, context });
    const [script] = this.#scripts.length > 1 ? this.#scripts.splice(0, 1) : this.#scripts;
    if (script === undefined) throw new TypeError("a ScriptedModel needs at least one script");
    if (typeof script === "function") return script(input, context);
    if ("hangs" in script) return hang(context.signal, script.deaf ?? false);
    if (script.afterMs !== undefined) await pause(script.afterMs, context.signal);
    if ("throws" in script) throw script.throws;
    return { text: script.answer, image: script.image ?? null };
  }

  override publishMetrics(metrics: unknown): void {
    this.metrics.push(metrics);
  }
}

function hang(signal: AbortSignal, deaf: boolean): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (!deaf) signal.addEventListener("abort", () => reject(signal.reason));
  });
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
