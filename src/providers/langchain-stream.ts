import type { ChatEvent, FinishReason } from "../data-models/chat.ts";
import { ProviderError } from "../errors/provider-error.ts";
import { mostAnswerBytes, oversizedAnswer } from "./bounded-body.ts";
import { toFinishReason } from "./finish-reason.ts";
import { counts, endingOf, hasMore, LangChainChunk, type ToolCallPart } from "./langchain-chunk.ts";
import { TokenCount } from "./token-count.ts";
import { ToolCallAssembly } from "./tool-call-assembly.ts";
import { untilEnded } from "./until-ended.ts";

/** What a part of an answer takes of the memory beside its characters, at least. */
const partBytes = 64;

/**
 * Turns what a LangChain model streams into events. Tool calls come whole, at
 * the end, before `finish`. An answer that the vendor has ended is whole, however
 * its connection ends.
 * @param provider the provider's name, as people know it
 * @param onProgress called for each chunk with something in it that is not passed on as it comes
 * @throws ProviderError when the stream ends without saying why, is too large to be
 * held, or cannot be read
 */
export async function* toChatEvents(
  chunks: AsyncIterable<unknown>,
  provider: string,
  onProgress: () => void = () => {},
): AsyncGenerator<ChatEvent, void> {
  const tools = new ToolCallAssembly();
  let ending: string | undefined;
  const tokens = new TokenCount();
  // Servers that name a reason in every chunk have not ended with the first one.
  let goesOn = false;
  let isCounted = false;
  let bytes = 0;
  const completeness = () => {
    if (ending === undefined || goesOn) return "begun";
    return isCounted ? "counted" : "ended";
  };
  for await (const raw of untilEnded(chunks, completeness)) {
    const chunk = readChunk(raw, provider);
    const events = [...contentOf(chunk)];
    for (const part of [...events, ...(chunk.tool_call_chunks ?? [])]) bytes += sizeOf(part);
    if (bytes > mostAnswerBytes) throw oversizedAnswer(provider);
    if (hasMore(chunk) || endingOf(chunk) !== undefined) onProgress();
    goesOn ||= ending !== undefined && (events.length > 0 || hasMore(chunk));
    yield* events;
    for (const part of chunk.tool_call_chunks ?? []) tools.add(part);
    tokens.add(chunk);
    ending = endingOf(chunk) ?? ending;
    isCounted ||= ending !== undefined && counts(chunk);
  }
  const reason = finishReasonOf(ending, tools, provider);
  // What was cut off by the token limit cannot be called.
  if (!tools.isBroken) {
    for (const call of tools.calls) yield { type: "tool-call", call };
  }
  yield { type: "finish", reason, usage: tokens.usage };
}

function sizeOf(part: ChatEvent | ToolCallPart): number {
  const words = Object.values(part).filter((field) => typeof field === "string");
  return words.reduce((bytes, word) => bytes + word.length, partBytes);
}

function readChunk(raw: unknown, provider: string): LangChainChunk {
  const read = LangChainChunk.safeParse(raw);
  if (read.success) return read.data;
  throw new ProviderError(provider, "INTERNAL", "its answer has a form that is not known here.", {
    reason: "malformed",
  });
}

function* contentOf({ content, additional_kwargs: extra }: LangChainChunk): Generator<ChatEvent> {
  for (const block of content) {
    if (block.type === "text" && block.text !== "") yield { type: "text", text: block.text };
    if (block.type === "image") yield* imageOf("data" in block ? block.data : block.url);
  }
  for (const url of extra?.images ?? []) yield* imageOf(url);
  if (extra?.refusal) yield { type: "text", text: extra.refusal };
}

function* imageOf(data: string): Generator<ChatEvent> {
  // Images travel as base64 only; an address is at least a link to follow.
  if (/^https?:/i.test(data)) yield { type: "text", text: `\n${data}` };
  else yield { type: "image", base64: data.replace(/^data:[^,]*,/i, "") };
}

function finishReasonOf(
  ending: string | undefined,
  tools: ToolCallAssembly,
  provider: string,
): FinishReason {
  const reason = ending === undefined ? "failed" : toFinishReason(ending);
  if (reason === "failed") {
    throw new ProviderError(provider, "UNAVAILABLE", "its answer broke off before its end.", {
      reason: "broken-stream",
      retryable: true,
    });
  }
  if (tools.isBroken && reason !== "length" && reason !== "content-filter") {
    throw new ProviderError(
      provider,
      "INTERNAL",
      "it called a tool in a way that cannot be read.",
      {
        reason: "malformed",
        retryable: true,
      },
    );
  }
  // Some vendors say `stop` when they call a tool.
  return reason === "stop" && tools.calls.length > 0 ? "tool-calls" : reason;
}
