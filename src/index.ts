// To write a model.

export type {
  ChatEvent,
  ChatMessage,
  ChatPart,
  ChatRequest,
  ChatTool,
  ChatToolCall,
  FinishReason,
  ResponseFormat,
  TokenUsage,
} from "./data-models/chat.ts";
export type { RequestContext } from "./data-models/request-context.ts";
export type {
  ImagePart,
  Message,
  MessagePart,
  ModelDefinition,
  TaskInput,
  TaskOutput,
  TextPart,
} from "./data-models/task.ts";
export { ArenaError, type ArenaErrorOptions, type ErrorCode } from "./errors/arena-error.ts";
export { AIModel, type SessionOrder } from "./models/ai-model.ts";
