import type { BaseMessage } from "@langchain/core/messages";
import type { Message } from "../data-models/message.ts";
import type { SystemRole } from "./chat-model-options.ts";

/** LangChain's message classes, which are imported late. */
export type MessageClasses = Pick<
  typeof import("@langchain/core/messages"),
  "AIMessage" | "ChatMessage" | "HumanMessage" | "SystemMessage"
>;

/** Maps the arena's messages to LangChain's, in order. */
export function toLangChainMessages(
  messages: readonly Message[],
  systemRole: SystemRole,
  classes: MessageClasses,
): BaseMessage[] {
  return messages.flatMap(({ role, content }) => {
    const sentRole = sentRoleOf(role, systemRole);
    if (sentRole === "user" || typeof content === "string") {
      return createMessage(sentRole, role, content, classes);
    }
    // OpenAI takes images from users only, so those of other messages follow as the user's.
    const images = content.filter(({ type }) => type === "image_url");
    const rest = content.filter(({ type }) => type !== "image_url");
    return [
      ...(rest.length > 0 ? [createMessage(sentRole, role, rest, classes)] : []),
      ...(images.length > 0 ? [new classes.HumanMessage({ content: images })] : []),
    ];
  });
}

type SentRole = SystemRole | "assistant";

function sentRoleOf(role: string, systemRole: SystemRole): SentRole {
  switch (role) {
    case "assistant":
      return "assistant";
    case "system":
      return systemRole;
    case "developer":
      return systemRole === "user" ? "user" : "developer";
    default:
      return "user";
  }
}

function createMessage(
  sentRole: SentRole,
  role: string,
  content: Message["content"],
  { AIMessage, ChatMessage, HumanMessage, SystemMessage }: MessageClasses,
): BaseMessage {
  switch (sentRole) {
    case "assistant":
      return new AIMessage({ content });
    case "system":
      return new SystemMessage({ content });
    case "developer":
      return new ChatMessage({ role: "developer", content });
    case "user":
      return new HumanMessage({ content, ...speakerOf(role) });
  }
}

/**
 * A role of the task's own becomes the speaker's name: providers refuse roles
 * that they do not know, and LangChain writes a warning to the console.
 */
function speakerOf(role: string): { name?: string } {
  if (["user", "system", "developer"].includes(role)) return {};
  return { name: role.replaceAll(/[^\w-]/g, "_").slice(0, 64) };
}
