import { z } from "zod";
import type { ChatRequest } from "../../../data-models/chat.ts";
import { errorOf, verdicts } from "../../errors/verdicts.ts";
import { refusalOf } from "../../transport/vendor-json.ts";
import type { VendorCall } from "../../vendor-call.ts";

const count = z.number().optional().catch(undefined);

const Usage = z.looseObject({ candidatesTokenCount: count, thoughtsTokenCount: count });
const Candidate = z.looseObject({
  finishReason: z.string().optional(),
  content: z.unknown().optional(),
});
const Answer = z.looseObject({
  candidates: z.array(Candidate).optional(),
  promptFeedback: z.object({ blockReason: z.string().optional() }).optional(),
  usageMetadata: Usage.optional(),
});
type Answer = z.infer<typeof Answer>;

/** What is asked, beside the messages, in Gemini's words. */
interface GeminiExtras {
  readonly generationConfig: object;
  readonly tools?: readonly object[];
  readonly toolConfig?: object;
}

/** Where and what is asked. */
interface GeminiTarget {
  /** The provider's name, as people know it. */
  readonly provider: string;
  readonly baseURL: string;
  readonly model: string;
  readonly extras: GeminiExtras;
}

/**
 * Takes the place of Google's client under LangChain's class. That one takes no
 * `fetch` of ours, holds the key, loses why an answer was blocked, and leaves a
 * promise that nobody handles when a stream breaks, which ends the process.
 */
export class GeminiClient {
  /** LangChain reads it for traces; what is sent is in the target. */
  readonly generationConfig = {};
  readonly #target: GeminiTarget;
  readonly #call: VendorCall;

  constructor(target: GeminiTarget, call: VendorCall) {
    this.#target = target;
    this.#call = call;
  }

  async generateContentStream(request: object): Promise<{ stream: AsyncIterable<unknown> }> {
    const { baseURL, model, extras } = this.#target;
    const path = `models/${encodeURIComponent(model)}:streamGenerateContent`;
    const response = await this.#call.fetch(`${baseURL}/${path}?alt=sse`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...request, ...extras }),
      signal: this.#call.signal,
    });
    if (!response.ok) throw await refusalOf(response);
    return { stream: this.#answersOf(response) };
  }

  async *#answersOf({ body }: Response): AsyncGenerator<unknown> {
    let usage: z.infer<typeof Usage> | undefined;
    for await (const data of serverSentData(body ?? none())) {
      const answer = Answer.parse(JSON.parse(data));
      if (answer.promptFeedback?.blockReason) {
        throw errorOf(this.#target.provider, verdicts.contentFilter);
      }
      // LangChain takes a missing count for the last one, once more.
      usage = answer.usageMetadata ? withThoughts(answer.usageMetadata) : usage;
      yield { ...answer, candidates: answer.candidates?.map(withContent), usageMetadata: usage };
    }
  }
}

/** What a model thinks is paid for as what it says. */
function withThoughts(usage: z.infer<typeof Usage>) {
  const { candidatesTokenCount = 0, thoughtsTokenCount = 0 } = usage;
  return { ...usage, candidatesTokenCount: candidatesTokenCount + thoughtsTokenCount };
}

/** LangChain skips a candidate without content, and with it why the answer ended. */
function withContent({
  content,
  finishReason,
  ...rest
}: NonNullable<Answer["candidates"]>[number]) {
  return {
    ...rest,
    ...(finishReason !== undefined && { finishReason: endingOf(finishReason) }),
    content: content ?? { role: "model", parts: [] },
  };
}

/** Gemini has many words for what went wrong; these mean that there is no answer. */
function endingOf(finishReason: string): string {
  if (
    /^(MALFORMED|UNEXPECTED_TOOL|TOO_MANY_TOOL|MISSING_THOUGHT|NO_IMAGE|IMAGE_OTHER|OTHER$)/.test(
      finishReason,
    )
  ) {
    return "failed";
  }
  return /^(SAFETY|RECITATION|BLOCKLIST|PROHIBITED|SPII|IMAGE_|LANGUAGE)/.test(finishReason)
    ? "content_filter"
    : finishReason;
}

async function* none(): AsyncGenerator<never> {}

/** What stands in the data of each server-sent event of a body, up to OpenAI's closing `[DONE]`. */
async function* serverSentData(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of body) {
    const events = `${rest}${decoder.decode(bytes, { stream: true })}`.split(/\r?\n\r?\n/);
    rest = events.pop() ?? "";
    for (const event of events) {
      const data = dataOf(event);
      if (data === "[DONE]") return;
      if (data !== "") yield data;
    }
  }
  const data = dataOf(rest);
  if (data !== "" && data !== "[DONE]") yield data;
}

function dataOf(event: string): string {
  return event
    .split(/\r?\n/)
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5).trimStart())
    .join("\n");
}

/**
 * Puts a request but its messages in Gemini's words. Schemas go as they are:
 * LangChain would leave out of them what an older form of the API did not know.
 */
export function toGeminiExtras(request: ChatRequest): GeminiExtras {
  const { maxTokens, temperature, topP, stop, seed, tools = [], toolChoice = "auto" } = request;
  return {
    generationConfig: {
      ...(maxTokens !== undefined && { maxOutputTokens: maxTokens }),
      ...(temperature !== undefined && { temperature }),
      ...(topP !== undefined && { topP }),
      ...(stop && { stopSequences: stop }),
      ...(seed !== undefined && { seed }),
      ...formOf(request),
      ...(request.imageOutput && { responseModalities: ["TEXT", "IMAGE"] }),
    },
    ...(tools.length > 0 && {
      tools: [
        {
          functionDeclarations: tools.map(({ name, description, parameters }) => ({
            name,
            ...(description !== undefined && { description }),
            parametersJsonSchema: parameters,
          })),
        },
      ],
      toolConfig: { functionCallingConfig: choiceOf(toolChoice) },
    }),
  };
}

function formOf({ responseFormat }: ChatRequest): object {
  switch (responseFormat?.type) {
    case "json":
      return { responseMimeType: "application/json" };
    case "json-schema":
      return {
        responseMimeType: "application/json",
        responseJsonSchema: responseFormat.schema,
      };
    default:
      return {};
  }
}

function choiceOf(choice: NonNullable<ChatRequest["toolChoice"]>): object {
  if (typeof choice === "object") return { mode: "ANY", allowedFunctionNames: [choice.name] };
  const modes = { auto: "AUTO", none: "NONE", required: "ANY" };
  return { mode: modes[choice] };
}
