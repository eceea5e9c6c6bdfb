import type { BaseMessage } from "@langchain/core/messages";
import type { ChatMessage, ChatPart, ChatToolCall } from "../../data-models/chat.ts";
import type { MessageClasses, MessageStyle } from "./langchain-vendor.ts";

type Of<Role> = Extract<ChatMessage, { role: Role }>;

/**
 * Maps a conversation to LangChain's messages, in order.
 * @throws RangeError when a tool call's arguments are no JSON object; it says where
 */
export function toLangChainMessages(
  messages: readonly ChatMessage[],
  classes: MessageClasses,
  style: MessageStyle = {},
): BaseMessage[] {
  const toMessage = (message: ChatMessage, index: number): BaseMessage => {
    switch (message.role) {
      case "system":
        return toSystemMessage(message, classes, style);
      case "user":
        return toUserMessage(message, classes, style);
      case "assistant":
        return toAssistantMessage(message, index, classes, style);
      case "tool":
        return toToolMessage(message, messages, classes, style);
    }
  };
  return messages.map(toMessage);
}

function toSystemMessage(
  { content, isDeveloper = false }: Of<"system">,
  { ChatMessage, HumanMessage, SystemMessage }: MessageClasses,
  { systemRole = "system", developerRole = false }: MessageStyle,
): BaseMessage {
  switch (systemRole === "system" && isDeveloper && developerRole ? "developer" : systemRole) {
    case "system":
      return new SystemMessage({ content });
    case "developer":
      return new ChatMessage({ role: "developer", content });
    case "user":
      return new HumanMessage({ content });
  }
}

function toUserMessage(
  { content, name }: Of<"user">,
  { HumanMessage }: MessageClasses,
  { namesInText = false }: MessageStyle,
): BaseMessage {
  const spoken = namesInText && name !== undefined ? withSpeaker(name, content) : content;
  return new HumanMessage({
    content: typeof spoken === "string" ? spoken : spoken.map(toBlock),
    ...(!namesInText && name !== undefined && { name }),
  });
}

function withSpeaker(name: string, content: Of<"user">["content"]): Of<"user">["content"] {
  if (typeof content === "string") return `${name}: ${content}`;
  return [{ type: "text", text: `${name}:` }, ...content];
}

function toBlock(part: ChatPart) {
  return part.type === "text"
    ? { type: "text" as const, text: part.text }
    : { type: "image_url" as const, image_url: { url: part.url } };
}

function toAssistantMessage(
  { content, toolCalls = [] }: Of<"assistant">,
  index: number,
  { AIMessage }: MessageClasses,
  { toToolCallID = asItIs }: MessageStyle,
): BaseMessage {
  return new AIMessage({
    content,
    ...(toolCalls.length > 0 && {
      tool_calls: toolCalls.map((call, position) => ({
        id: toToolCallID(call.id),
        name: call.name,
        args: argumentsOf(call, `messages[${index}].toolCalls[${position}].arguments`),
        type: "tool_call" as const,
      })),
    }),
  });
}

const asItIs = (id: string) => id;

function argumentsOf(call: ChatToolCall, place: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(call.arguments.trim() || "{}");
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) {
      return { ...parsed };
    }
  } catch {
    // What is wrong is said below: the parser would quote the text.
  }
  throw new RangeError(`${place} is no JSON object`);
}

function toToolMessage(
  { toolCallID, content }: Of<"tool">,
  messages: readonly ChatMessage[],
  { ToolMessage }: MessageClasses,
  { toolNames = false, toToolCallID = asItIs }: MessageStyle,
): BaseMessage {
  const calls = messages.flatMap((other) =>
    other.role === "assistant" ? (other.toolCalls ?? []) : [],
  );
  const name = calls.findLast(({ id }) => id === toolCallID)?.name;
  return new ToolMessage({
    content,
    tool_call_id: toToolCallID(toolCallID),
    ...(toolNames && name !== undefined && { name }),
  });
}
