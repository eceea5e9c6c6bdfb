import type { ChatMessage, ChatPart } from "../data-models/chat.ts";
import type { Provider } from "./provider.ts";

/**
 * Asks as vendors want it that know one system message, which comes first, and
 * then turns of user and assistant, the user's first, one after the other, none
 * of them empty, and without names.
 */
export function withAlternatingTurns(provider: Provider): Provider {
  return {
    ...provider,
    stream: (model, request, context) =>
      provider.stream(model, { ...request, messages: toTurns(request.messages) }, context),
  };
}

/** What a user says who says nothing: there is no turn without words. */
const silence = "…";

/** The same words in turns; a conversation of nothing but a system's words is the user's. */
export function toTurns(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const system = messages.flatMap(({ role, content }) =>
    role === "system" && typeof content === "string" && !isBlank(content) ? content : [],
  );
  const turns = messages.reduce<ChatMessage[]>(addTurn, []);
  const content = system.join("\n\n");
  if (turns.length === 0 && content !== "") return [{ role: "user", content }];
  const isUserFirst = turns[0]?.role === "user";
  const all: ChatMessage[] = isUserFirst ? turns : [{ role: "user", content: silence }, ...turns];
  const spoken = all.map((turn) =>
    turn.role === "user" && turn.content.length === 0 ? { ...turn, content: silence } : turn,
  );
  return content === "" ? spoken : [{ role: "system", content }, ...spoken];
}

type UserMessage = Extract<ChatMessage, { role: "user" }>;
type AssistantMessage = Extract<ChatMessage, { role: "assistant" }>;

function addTurn(turns: ChatMessage[], message: ChatMessage): ChatMessage[] {
  switch (message.role) {
    case "system":
      return turns;
    case "user":
      return addUser(turns, message);
    case "assistant":
      return addAssistant(turns, message);
    case "tool":
      return [...turns, message];
  }
}

function addUser(turns: ChatMessage[], message: UserMessage): ChatMessage[] {
  const last = turns.at(-1);
  const content = withoutBlanks(withName(message));
  if (last?.role !== "user") return [...turns, { role: "user", content }];
  const both = [...partsOf(last.content), ...partsOf(content)];
  return [...turns.slice(0, -1), { role: "user", content: both }];
}

function addAssistant(turns: ChatMessage[], message: AssistantMessage): ChatMessage[] {
  const last = turns.at(-1);
  const { toolCalls = [] } = message;
  const content = isBlank(message.content) ? "" : message.content;
  if (content === "" && toolCalls.length === 0) return turns;
  // After its calls the assistant waits for the tools: words that follow are no part of that turn.
  const isOneTurn = last?.role === "assistant" && !last.toolCalls?.length;
  if (!isOneTurn) return [...turns, { ...message, content }];
  const both = [last.content, content].filter(Boolean).join("\n\n");
  return [...turns.slice(0, -1), { ...message, content: both }];
}

/** Who speaks stands before the words, where there is no other place for it. */
function withName({ name, content }: UserMessage): UserMessage["content"] {
  if (name === undefined) return content;
  if (typeof content === "string") return `${name}: ${content}`;
  return [{ type: "text", text: `${name}:` }, ...content];
}

function withoutBlanks(content: UserMessage["content"]): UserMessage["content"] {
  if (typeof content === "string") return isBlank(content) ? "" : content;
  return content.filter((part) => part.type !== "text" || !isBlank(part.text));
}

function partsOf(content: UserMessage["content"]): readonly ChatPart[] {
  if (content === "") return [];
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}

function isBlank(text: string): boolean {
  return text.trim() === "";
}
