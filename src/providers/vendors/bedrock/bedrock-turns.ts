import type { BedrockRuntimeClient, Message } from "@aws-sdk/client-bedrock-runtime";

interface Question {
  readonly input: { messages?: Message[] | undefined };
}

/**
 * The same client for questions to Converse, which refuses two turns of one side
 * in a row. LangChain makes two of them when a user speaks after a tool.
 */
export function withJoinedTurns(client: BedrockRuntimeClient): BedrockRuntimeClient {
  const send = (question: Question, ...options: readonly unknown[]): unknown => {
    question.input.messages = question.input.messages?.reduce(join, []);
    return Reflect.apply(client.send, client, [question, ...options]);
  };
  return Object.create(client, { send: { value: send } });
}

function join(turns: Message[], turn: Message): Message[] {
  const last = turns.at(-1);
  if (last?.role !== turn.role) return [...turns, turn];
  const content = [...(last?.content ?? []), ...(turn.content ?? [])];
  return [...turns.slice(0, -1), { ...turn, content }];
}
