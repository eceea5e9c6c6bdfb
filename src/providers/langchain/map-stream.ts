import type { BaseMessage } from "@langchain/core/messages";
import type { StreamingModel } from "./langchain-vendor.ts";

/** A LangChain model that streams chunks of a known kind. */
interface ChunkSource<Chunk> {
  stream(
    messages: BaseMessage[],
    options: { readonly signal: AbortSignal },
  ): Promise<AsyncIterable<Chunk>>;
}

/** Wraps a LangChain model whose chunks the rest would misread. */
export function mapStream<Chunk>(
  model: ChunkSource<Chunk>,
  mapChunk: (chunk: Chunk) => unknown,
): StreamingModel {
  return {
    stream: async (messages, options) => mapChunks(await model.stream(messages, options)),
  };

  async function* mapChunks(chunks: AsyncIterable<Chunk>): AsyncGenerator<unknown> {
    for await (const chunk of chunks) yield mapChunk(chunk);
  }
}
