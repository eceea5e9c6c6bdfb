import type { TokenUsage } from "../data-models/chat.ts";
import type { LangChainChunk } from "./langchain-chunk.ts";

type Count = number | null;

/** Counts an answer's tokens from what its vendor says of them, in whichever place. */
export class TokenCount {
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
