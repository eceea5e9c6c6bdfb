import type { ChatEvent, ChatToolCall, FinishReason, TokenUsage } from "../../data-models/chat.ts";
import { ProviderError } from "../../errors/model-errors.ts";
import { maxAnswerBytes, oversizedAnswer } from "../transport/bounded-body.ts";
import { counts, endingOf, hasMore, LangChainChunk, type ToolCallPart } from "./langchain-chunk.ts";

interface Draft {
  readonly index: number | undefined;
  id: string;
  name: string;
  arguments: string;
}

/**
 * Puts together tool calls that come in parts. Vendors number parallel calls,
 * or not, or give all the same number: a new id always begins a new call.
 */
export class ToolCallAssembly {
  readonly #drafts: Draft[] = [];

  add(part: ToolCallPart): void {
    const draft = this.#draftOf(part) ?? this.#begin(part);
    draft.id ||= part.id ?? "";
    draft.name ||= part.name ?? "";
    draft.arguments += part.args ?? "";
  }

  /** Whether there is a call whose name never came, or whose arguments are cut off. */
  get isBroken(): boolean {
    return this.#drafts.some(({ name, arguments: json }) => name === "" || !isJSON(json || "{}"));
  }

  /** The calls in the order in which they began. A vendor without ids gets ours. */
  get calls(): readonly ChatToolCall[] {
    return this.#drafts.map(({ id, name, arguments: json }, position) => ({
      id: id || `call_${position}`,
      name,
      arguments: json || "{}",
    }));
  }

  #draftOf({ id, index, name }: ToolCallPart): Draft | undefined {
    const draft =
      index === undefined || index === null
        ? this.#drafts.at(-1)
        : this.#drafts.findLast((other) => other.index === index);
    if (!draft) return undefined;
    const isOther = Boolean(id) && draft.id !== "" && draft.id !== id;
    // Without ids and numbers, a second name is all that tells a new call.
    const isNext =
      !id && (index === undefined || index === null) && Boolean(name) && draft.name !== "";
    return isOther || isNext ? undefined : draft;
  }

  #begin({ index }: ToolCallPart): Draft {
    const draft = { index: index ?? undefined, id: "", name: "", arguments: "" };
    this.#drafts.push(draft);
    return draft;
  }
}

function isJSON(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * How much of an answer is there: not its end, all but the count of its tokens, or
 * all of it.
 */
type Completeness = "begun" | "ended" | "counted";

/** For how long more is waited for: a count may follow the end, and what ends well serves the next call. */
const gracePeriodMs = { ended: 1000, counted: 100 } as const;

/**
 * The chunks of a stream until nothing more is to be expected. Once the answer has
 * ended, neither a connection that breaks nor one that stays open can spoil it. Its
 * reader can leave at once; LangChain would first wait for a chunk that may never come.
 * @param completeness what the chunks so far make
 */
export async function* untilEnded<Chunk>(
  chunks: AsyncIterable<Chunk>,
  completeness: () => Completeness,
): AsyncGenerator<Chunk, void> {
  const iterator = chunks[Symbol.asyncIterator]();
  const gracePeriod = new GracePeriod();
  let isDone = false;
  try {
    for (;;) {
      const state = completeness();
      const read = iterator.next();
      const next = await (state === "begun"
        ? read
        : gracePeriod.within(gracePeriodMs[state], read));
      isDone = next?.done ?? false;
      if (!next || next.done) return;
      yield next.value;
    }
  } finally {
    gracePeriod.over();
    if (!isDone) iterator.return?.().catch(() => {});
  }
}

/** The short time after an answer's end, however many chunks still come. */
class GracePeriod {
  readonly #passed = Promise.withResolvers<undefined>();
  #timer: NodeJS.Timeout | undefined;
  #limitMs = 0;

  /** Settles as `work` does; undefined when it fails, or when the time has passed. */
  within<Result>(limitMs: number, work: Promise<Result>): Promise<Result | undefined> {
    if (limitMs !== this.#limitMs) {
      this.over();
      this.#limitMs = limitMs;
      this.#timer = setTimeout(() => this.#passed.resolve(undefined), limitMs);
    }
    return Promise.race([work.catch(() => undefined), this.#passed.promise]);
  }

  over(): void {
    clearTimeout(this.#timer);
  }
}

/** The vendors' words for why an answer ended, in lower case. `failed` ended without being complete. */
const meanings: readonly (readonly [RegExp, FinishReason | "failed"])[] = [
  [
    /^(length|max_(output_|completion_)?tokens|model_length|model_context_window_exceeded)$/,
    "length",
  ],
  [/^(tool_calls?|tool_use|function_call)$/, "tool-calls"],
  [
    /filter|guardrail|^(safety|image_safety|recitation|prohibited_content|blocklist|spii|refusal|error_toxic)$/,
    "content-filter",
  ],
  [
    /^(error|failed|cancelled|abort(ed)?|malformed_\w+|timeout|insufficient_system_resource|other_error)$/,
    "failed",
  ],
];

/** Reads a vendor's word. One that nobody knows is taken as an ordinary end. */
function toFinishReason(word: string): FinishReason | "failed" {
  return meanings.find(([pattern]) => pattern.test(word.toLowerCase()))?.[1] ?? "stop";
}

type Count = number | null;

/** Counts an answer's tokens from what its vendor says of them, in whichever place. */
class TokenCount {
  #input: Count = null;
  #output: Count = null;
  #mentionedInput: Count = null;
  #mentionedOutput: Count = null;

  add({ usage_metadata: counted, response_metadata: metadata }: LangChainChunk): void {
    // Vendors that count while they write send differences here.
    this.#input = sum(this.#input, counted?.input_tokens);
    this.#output = sum(this.#output, counted?.output_tokens);
    // What LangChain passes on unread is the count so far.
    this.#mentionedInput = metadata?.usage?.prompt_tokens ?? this.#mentionedInput;
    this.#mentionedOutput = metadata?.usage?.completion_tokens ?? this.#mentionedOutput;
  }

  get usage(): TokenUsage {
    return {
      inputTokens: this.#input ?? this.#mentionedInput,
      outputTokens: this.#output ?? this.#mentionedOutput,
    };
  }
}

function sum(total: Count, more: number | null | undefined): Count {
  return more === null || more === undefined ? total : (total ?? 0) + more;
}

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
    if (bytes > maxAnswerBytes) throw oversizedAnswer(provider);
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
