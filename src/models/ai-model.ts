import type { ChatEvent, ChatRequest } from "../data-models/chat.ts";
import type { RequestContext } from "../data-models/request-context.ts";
import type { ModelDefinition, TaskInput, TaskOutput } from "../data-models/task.ts";

/** Whether requests of one session may run at the same time, or one after the other. */
export type SessionOrder = "concurrent" | "serial";

/**
 * A model that the server can put before the arena. Subclass it and implement
 * two methods; whatever `getResponse` throws becomes an error answer.
 */
export abstract class AIModel {
  /** `serial` runs a session's requests in the order of their arrival (ARENA-10). */
  readonly sessionOrder: SessionOrder = "concurrent";

  /** Says what the model is. Called once, before `start`. */
  abstract getModelDefinition(): ModelDefinition;

  /**
   * Answers one request. Give up when `context.signal` aborts: the request has
   * its answer by then, and its place is given to the next one.
   */
  abstract getResponse(input: TaskInput, context: RequestContext): Promise<TaskOutput>;

  /**
   * Answers one request piece by piece, and ends with `finish`. Where a model has
   * this method, it is called in place of `getResponse`, by every door.
   */
  streamResponse?(request: ChatRequest, context: RequestContext): AsyncIterable<ChatEvent>;

  /** Takes what a task measured. The server logs it in any case. */
  publishMetrics(_metrics: unknown): void | Promise<void> {}

  /** Loads weights, warms up. The server is ready only after it. */
  start(): void | Promise<void> {}

  /** Frees what `start` took. Called once, when every request is answered. */
  stop(): void | Promise<void> {}
}
