import { z } from "zod";
import { ProviderError } from "../../errors/model-errors.ts";
import type { VendorCall } from "../vendor-call.ts";

const Embeddings = z.object({
  data: z.array(z.object({ index: z.number().optional(), embedding: z.array(z.number()) })),
});

const Names = z.array(z.object({ id: z.string() }));
/** Together sends the list without anything around it. */
const Models = z.union([Names, z.object({ data: Names }).transform(({ data }) => data)]);

/** A path of a server that speaks the OpenAI API. */
export interface RestTarget {
  /** The provider's name, as people know it. */
  readonly provider: string;
  readonly baseURL: string;
  readonly query?: Readonly<Record<string, string>>;
}

/** Asks /embeddings for one vector per text, in the texts' order. */
export async function embedTexts(
  target: RestTarget,
  model: string,
  texts: readonly string[],
  call: VendorCall,
): Promise<readonly (readonly number[])[]> {
  if (texts.length === 0) return [];
  const body = { model, input: texts };
  const { data } = await ask(target, "embeddings", call, Embeddings, body);
  const vectors = data
    .map(({ index, embedding }, position) => ({ index: index ?? position, embedding }))
    .toSorted((a, b) => a.index - b.index)
    .map(({ embedding }) => embedding);
  if (vectors.length !== texts.length) throw unreadable(target);
  return vectors;
}

/** Asks /models for the names of what is served. */
export async function listModelNames(
  target: RestTarget,
  call: VendorCall,
  path = "models",
): Promise<readonly string[]> {
  const models = await ask(target, path, call, Models);
  return models.map(({ id }) => id);
}

async function ask<Answer>(
  target: RestTarget,
  path: string,
  { fetch, signal }: VendorCall,
  schema: z.ZodType<Answer>,
  body?: object,
): Promise<Answer> {
  const url = new URL(`${target.baseURL.replace(/\/+$/, "")}/${path}`);
  for (const [name, value] of Object.entries(target.query ?? {})) url.searchParams.set(name, value);
  const response = await fetch(url, {
    signal,
    ...(body && {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  });
  // What was said is on record; it is read where all refusals are.
  if (!response.ok) throw new Error("refused");
  const read = schema.safeParse(await response.json());
  if (!read.success) throw unreadable(target);
  return read.data;
}

function unreadable({ provider }: RestTarget): ProviderError {
  return new ProviderError(provider, "INTERNAL", "its answer has a form that is not known here.", {
    reason: "malformed",
  });
}
