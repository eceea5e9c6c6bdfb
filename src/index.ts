// To write a model.

export type { ImagePart, Message, MessagePart, TextPart } from "./data-models/message.ts";
export type { ModelDefinition } from "./data-models/model-definition.ts";
export type { RequestContext } from "./data-models/request-context.ts";
export type { TaskInput } from "./data-models/task-input.ts";
export type { TaskOutput } from "./data-models/task-output.ts";
export { ArenaError, type ArenaErrorOptions, type ErrorCode } from "./errors/arena-error.ts";
export { AIModel, type SessionOrder } from "./models/ai-model.ts";
