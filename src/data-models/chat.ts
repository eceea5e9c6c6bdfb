import type { TaskInput } from "./task.ts";

/** A tool that a model may call. `parameters` is a JSON schema. */
export interface ChatTool {
  readonly name: string;
  readonly description?: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** A model's wish to have a tool called. `arguments` is JSON text, as the model wrote it. */
export interface ChatToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** A piece of a message: text, or an image by data URL or http(s) URL. */
export type ChatPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image"; readonly url: string };

/** One message of a conversation, in no vendor's words. */
export type ChatMessage =
  | {
      readonly role: "system";
      readonly content: string;
      /** Whether it came as a developer's, which OpenAI tells from the system's. */
      readonly isDeveloper?: boolean;
    }
  | {
      readonly role: "user";
      readonly content: string | readonly ChatPart[];
      /** Who speaks, where several do; letters, digits, `_` and `-`. */
      readonly name?: string;
    }
  | {
      readonly role: "assistant";
      readonly content: string;
      readonly toolCalls?: readonly ChatToolCall[];
    }
  | { readonly role: "tool"; readonly toolCallID: string; readonly content: string };

/** The form that an answer must have. */
export type ResponseFormat =
  | { readonly type: "text" }
  | { readonly type: "json" }
  | {
      readonly type: "json-schema";
      readonly name: string;
      readonly schema: Readonly<Record<string, unknown>>;
    };

/** What a model is asked. What is left out is the vendor's default. */
export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  /** The arena's task that `messages` was made of, where it was: `getResponse` takes it as it came. */
  readonly task?: TaskInput;
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly stop?: readonly string[];
  readonly seed?: number;
  readonly tools?: readonly ChatTool[];
  readonly toolChoice?: "auto" | "none" | "required" | { readonly name: string };
  readonly responseFormat?: ResponseFormat;
  /** Whether the model may draw. */
  readonly imageOutput?: boolean;
}

/** Tokens that were counted by the vendor; null where it says nothing. */
export interface TokenUsage {
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
}

/** Why an answer ended; at the request's deadline, we ended it. */
export type FinishReason = "stop" | "length" | "tool-calls" | "content-filter" | "deadline";

/**
 * A part of an answer as it comes. `text`, `image` and `tool-call` are content;
 * a tool call comes whole. The last event, and only the last one, is `finish`.
 */
export type ChatEvent =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image"; readonly base64: string }
  | { readonly type: "tool-call"; readonly call: ChatToolCall }
  | { readonly type: "finish"; readonly reason: FinishReason; readonly usage: TokenUsage };
