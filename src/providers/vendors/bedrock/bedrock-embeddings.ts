import type { BedrockRuntimeClient } from "@aws-sdk/client-bedrock-runtime";
import { z } from "zod";
import { ProviderError } from "../../../errors/model-errors.ts";
import { refusedRequest } from "../../errors/refused-request.ts";

/** Who is asked for vectors. */
export interface EmbeddingTarget {
  /** The provider's name, as people know it. */
  readonly provider: string;
  readonly client: BedrockRuntimeClient;
}

const Vector = z.array(z.number());
const TitanAnswer = z.object({ embedding: Vector });
const CohereAnswer = z.object({
  embeddings: z.union([
    z.array(Vector),
    z.object({ float: z.array(Vector) }).transform(({ float }) => float),
  ]),
});

/** So many texts go into one request to a model of Cohere's. */
const cohereBatch = 96;
/** So many requests of one text each are under way to a model of Amazon's. */
const titanBatch = 8;

/** Asks a model of Amazon's or Cohere's for one vector per text. */
export async function embedAtBedrock(
  target: EmbeddingTarget,
  model: string,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<readonly (readonly number[])[]> {
  const { InvokeModelCommand } = await import("@aws-sdk/client-bedrock-runtime");
  const ask = async <Answer>(body: object, schema: z.ZodType<Answer>): Promise<Answer> => {
    const command = new InvokeModelCommand({
      modelId: model,
      contentType: "application/json",
      accept: "application/json",
      body: JSON.stringify(body),
    });
    const answer = await target.client.send(command, { abortSignal: signal });
    const read = schema.safeParse(JSON.parse(answer.body.transformToString()));
    if (read.success) return read.data;
    throw unreadable(target);
  };
  const embedBatch = batchOf(target, model, ask);
  const vectors: number[][] = [];
  for (let start = 0; start < texts.length; start += embedBatch.size) {
    const batch = texts.slice(start, start + embedBatch.size);
    const answers = await embedBatch.embed(batch);
    if (answers.length !== batch.length) throw unreadable(target);
    vectors.push(...answers);
  }
  return vectors;
}

type Ask = <Answer>(body: object, schema: z.ZodType<Answer>) => Promise<Answer>;

interface Batch {
  readonly size: number;
  readonly embed: (texts: readonly string[]) => Promise<readonly number[][]>;
}

function batchOf({ provider }: EmbeddingTarget, model: string, ask: Ask): Batch {
  if (/amazon\.titan-embed/.test(model)) {
    const embedOne = async (inputText: string) => (await ask({ inputText }, TitanAnswer)).embedding;
    return { size: titanBatch, embed: (texts) => Promise.all(texts.map(embedOne)) };
  }
  if (/cohere\.embed/.test(model)) {
    const kind = { input_type: "search_document", embedding_types: ["float"], truncate: "NONE" };
    const embed = async (texts: readonly string[]) =>
      (await ask({ texts, ...kind }, CohereAnswer)).embeddings;
    return { size: cohereBatch, embed };
  }
  const problem = `${JSON.stringify(model)} gives no vectors that are known here. Ask amazon.titan-embed-text-v2:0 or cohere.embed-v4:0.`;
  throw refusedRequest(provider, problem);
}

function unreadable({ provider }: EmbeddingTarget): ProviderError {
  return new ProviderError(provider, "INTERNAL", "its answer has a form that is not known here.", {
    reason: "malformed",
  });
}
