import type { ModelDefinition } from "../data-models/model-definition.ts";
import type { RequestContext } from "../data-models/request-context.ts";
import type { TaskInput } from "../data-models/task-input.ts";
import type { TaskOutput } from "../data-models/task-output.ts";
import { AIModel, type SessionOrder } from "./ai-model.ts";

/** Whatever has an AIModel's two methods, and perhaps the rest. */
export type ModelLike = Pick<AIModel, "getModelDefinition" | "getResponse"> & Partial<AIModel>;

/** Gives a model that is no AIModel of this package the members that it may lack. */
export class AdaptedModel extends AIModel {
  override readonly sessionOrder: SessionOrder;
  readonly #model: ModelLike;

  constructor(model: ModelLike) {
    super();
    this.#model = model;
    this.sessionOrder = model.sessionOrder ?? "concurrent";
  }

  getModelDefinition(): ModelDefinition {
    return this.#model.getModelDefinition();
  }

  getResponse(input: TaskInput, context: RequestContext): Promise<TaskOutput> {
    return this.#model.getResponse(input, context);
  }

  override publishMetrics(metrics: unknown): void | Promise<void> {
    return this.#model.publishMetrics?.(metrics);
  }

  override start(): void | Promise<void> {
    return this.#model.start?.();
  }

  override stop(): void | Promise<void> {
    return this.#model.stop?.();
  }
}
