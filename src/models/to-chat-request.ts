import type { ChatMessage, ChatPart, ChatRequest } from "../data-models/chat.ts";
import type { Message, MessagePart, TaskInput } from "../data-models/task.ts";

/** Maps the arena's messages to a question that any provider takes; no text and no image is lost. */
export function toChatRequest(task: TaskInput): ChatRequest {
  return { messages: task.messages.flatMap(toChatMessages), task };
}

/** What a model that knows tasks only is asked: the task as it came, else the conversation as one. */
export function toTaskInput({ messages, task }: ChatRequest): TaskInput {
  return task ?? { messages: messages.map(toMessage) };
}

function toMessage(message: ChatMessage): Message {
  const { content } = message;
  switch (message.role) {
    case "system":
      return { role: message.isDeveloper ? "developer" : "system", content: message.content };
    case "user":
      return {
        role: message.name ?? "user",
        content: typeof content === "string" ? content : content.map(toMessagePart),
      };
    default:
      return { role: message.role, content: message.content };
  }
}

function toMessagePart(part: ChatPart): MessagePart {
  return part.type === "text"
    ? { type: "text", text: part.text }
    : { type: "image_url", image_url: { url: part.url } };
}

function toChatMessages({ role, content }: Message): readonly ChatMessage[] {
  const sentRole = sentRoleOf(role);
  if (sentRole === "user") return [{ role: "user", content: toContent(content), ...nameOf(role) }];
  const fields = { role: sentRole, ...(role === "developer" && { isDeveloper: true }) };
  if (typeof content === "string") return [{ ...fields, content }];
  // Vendors take images from users only, so those of other messages follow as the user's.
  const images = content.filter(({ type }) => type === "image_url").map(toPart);
  const texts = content.flatMap((part) => (part.type === "text" ? part.text : []));
  return [
    ...(texts.length > 0 ? [{ ...fields, content: texts.join("\n") }] : []),
    ...(images.length > 0 ? [{ role: "user" as const, content: images }] : []),
  ];
}

function sentRoleOf(role: string): "system" | "user" | "assistant" {
  switch (role) {
    case "assistant":
      return "assistant";
    case "system":
    case "developer":
      return "system";
    default:
      return "user";
  }
}

/** A role of the task's own becomes the speaker's name: vendors refuse roles that they do not know. */
function nameOf(role: string): { readonly name?: string } {
  if (role === "user") return {};
  return { name: role.replaceAll(/[^\w-]/g, "_").slice(0, 64) };
}

function toContent(content: Message["content"]): string | readonly ChatPart[] {
  return typeof content === "string" ? content : content.map(toPart);
}

function toPart(part: Exclude<Message["content"], string>[number]): ChatPart {
  return part.type === "text"
    ? { type: "text", text: part.text }
    : { type: "image", url: part.image_url.url };
}
