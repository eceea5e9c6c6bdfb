import {
  ChatOpenAICompletions,
  type ChatOpenAIFields,
  ChatOpenAIResponses,
} from "@langchain/openai";
import { z } from "zod";

const Delta = z.looseObject({
  content: z.unknown().optional(),
  refusal: z.string().nullish().catch(undefined),
});
const Parts = z.array(z.looseObject({ text: z.string().optional().catch(undefined) }));

/**
 * LangChain's client of /chat/completions, which otherwise loses refusals,
 * text that comes in parts, and tool calls of servers that name no role.
 */
class TolerantCompletions extends ChatOpenAICompletions {
  readonly #sentModel: string;

  constructor(fields: ChatOpenAIFields, sentModel: string) {
    super(fields);
    this.#sentModel = sentModel;
  }

  override invocationParams(...settings: Parameters<ChatOpenAICompletions["invocationParams"]>) {
    return { ...super.invocationParams(...settings), model: this.#sentModel };
  }

  protected override _convertCompletionsDeltaToBaseMessageChunk(
    ...[delta, response]: Parameters<
      ChatOpenAICompletions["_convertCompletionsDeltaToBaseMessageChunk"]
    >
  ) {
    const { content, refusal, ...rest } = Delta.parse(delta);
    const text = textOf(content) || (refusal ?? "");
    return super._convertCompletionsDeltaToBaseMessageChunk(
      { ...rest, role: "assistant", content: text },
      response,
      "assistant",
    );
  }
}

/** Creates LangChain's client of /responses. This file is imported late, as its SDK is. */
export function createResponses(fields: ChatOpenAIFields): ChatOpenAIResponses {
  return new ChatOpenAIResponses(fields);
}

/**
 * Creates a client of /chat/completions that loses nothing.
 * @param sentModel the name in the body; how it is asked, `fields.model` decides
 */
export function createTolerantCompletions(
  fields: ChatOpenAIFields,
  sentModel: string,
): ChatOpenAICompletions {
  return new TolerantCompletions(fields, sentModel);
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  const parts = Parts.safeParse(content);
  return parts.success ? parts.data.map(({ text }) => text ?? "").join("") : "";
}
