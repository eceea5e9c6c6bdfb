import type { ChatMessage, ChatPart } from "../data-models/chat.ts";
import type { Provider } from "./provider.ts";

/**
 * Asks as vendors want it that know one system message, which comes first, and
 * then turns of user and assistant, one after the other, without names.
 */
export function withAlternatingTurns(provider: Provider): Provider {
  return {
    name: provider.name,
    embed: provider.embed,
    listModels: provider.listModels,
    capabilities: provider.capabilities,
    stream: (model, request, context) =>
      provider.stream(model, { ...request, messages: toTurns(request.messages) }, context),
  };
}

/** The same words in turns; a conversation of nothing but a system's words is the user's. */
export function toTurns(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const system = messages.flatMap(({ role, content }) =>
    role === "system" && typeof content === "string" ? content : [],
  );
  const turns = messages.reduce<ChatMessage[]>(
    (merged, message) => (message.role === "system" ? merged : addTurn(merged, message)),
    [],
  );
  if (system.length === 0) return turns;
  const content = system.join("\n\n");
  if (turns.length === 0) return [{ role: "user", content }];
  return [{ role: "system", content }, ...turns];
}

type UserMessage = Extract<ChatMessage, { role: "user" }>;

function addTurn(turns: ChatMessage[], message: ChatMessage): ChatMessage[] {
  if (message.role !== "user") return [...turns, message];
  const last = turns.at(-1);
  const content = withName(message);
  if (last?.role !== "user") return [...turns, { role: "user", content }];
  const both = [...partsOf(last.content), ...partsOf(content)];
  return [...turns.slice(0, -1), { role: "user", content: both }];
}

/** Who speaks stands before the words, where there is no other place for it. */
function withName({ name, content }: UserMessage): UserMessage["content"] {
  if (name === undefined) return content;
  if (typeof content === "string") return `${name}: ${content}`;
  return [{ type: "text", text: `${name}:` }, ...content];
}

function partsOf(content: UserMessage["content"]): readonly ChatPart[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}
