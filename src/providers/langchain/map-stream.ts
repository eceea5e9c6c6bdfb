import type { BaseMessage } from "@langchain/core/messages";
import type { StreamingModel } from "./langchain-vendor.ts";

/** A LangChain model that streams chunks of a known kind. */
interface ChunkSource<Chunk> {
  stream(
    messages: BaseMessage[],
    options: { readonly signal: AbortSignal },
  ): Promise<AsyncIterable<Chunk>>;
}

/** What is put right about a model's stream. */
export interface StreamMapping<Chunk> {
  readonly chunk?: (chunk: Chunk) => unknown;
  /** What is thrown instead, before the first chunk or after it. */
  readonly error?: (thrown: unknown, hasBegun: boolean) => unknown;
}

/** Wraps a LangChain model whose chunks or errors the rest would misread. */
export function mapStream<Chunk>(
  model: ChunkSource<Chunk>,
  {
    chunk: mapChunk = (chunk) => chunk,
    error: mapError = (thrown) => thrown,
  }: StreamMapping<Chunk>,
): StreamingModel {
  return {
    async stream(messages, options) {
      try {
        return mapChunks(await model.stream(messages, options));
      } catch (thrown) {
        throw mapError(thrown, false);
      }
    },
  };

  async function* mapChunks(chunks: AsyncIterable<Chunk>): AsyncGenerator<unknown> {
    let hasBegun = false;
    try {
      for await (const chunk of chunks) {
        hasBegun = true;
        yield mapChunk(chunk);
      }
    } catch (thrown) {
      throw mapError(thrown, hasBegun);
    }
  }
}
