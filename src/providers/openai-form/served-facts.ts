import { z } from "zod";
import type { VendorCall } from "../vendor-call.ts";

/** What a server of one's own tells of a model; null where it does not. */
export interface ServedFacts {
  readonly images: boolean | null;
  readonly contextTokens: number | null;
  /** Whether a conversation that is too long is cut without a word. */
  readonly cutsSilently: boolean;
  /** Whether the window may turn out smaller, because the model is not loaded yet. */
  readonly isProvisional: boolean;
}

/** Of a server that has no place where it would tell. */
export const untold: ServedFacts = {
  images: null,
  contextTokens: null,
  cutsSilently: false,
  isProvisional: false,
};

/** Where a server is asked, and what it is known to be. */
export interface ServedTarget {
  readonly baseURL: string;
  /** `openai` may be any of them. */
  readonly api: "openai" | "ollama" | "vllm";
}

const tokens = z.int().positive().nullish().catch(undefined);
const words = z.array(z.string()).optional().catch(undefined);

/** What llama-server and vLLM say beyond the names, each in its own place. */
const List = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      owned_by: z.string().optional().catch(undefined),
      max_model_len: tokens,
      meta: z.object({ n_ctx: tokens }).nullish().catch(undefined),
    }),
  ),
  models: z
    .array(z.object({ model: z.string(), capabilities: words }))
    .optional()
    .catch(undefined),
});

type List = z.infer<typeof List>;

const Shown = z.object({
  capabilities: words,
  /** Lines of a name and its value. */
  parameters: z.string().optional().catch(undefined),
  model_info: z.record(z.string(), z.unknown()).optional().catch(undefined),
});

const Running = z.object({
  models: z.array(z.object({ model: z.string(), context_length: tokens })),
});

/**
 * Asks a server what its model can see and how much it can read. Nothing is
 * loaded or started by it.
 * @throws whatever `fetch` throws, and an error when the server fails
 */
export async function readServedFacts(
  target: ServedTarget,
  model: string,
  call: VendorCall,
): Promise<ServedFacts> {
  if (target.api === "ollama") return (await readOllama(target, model, call)) ?? untold;
  const list = await ask(`${target.baseURL.replace(/\/+$/, "")}/models`, call, List);
  const listed = list && factsOf(list, model);
  if (listed || target.api === "vllm" || !list?.data.some(isOfOllama)) return listed ?? untold;
  return (await readOllama(target, model, call)) ?? untold;
}

/** Its names, and no others, have a tag. */
function isOfOllama({ id, owned_by }: List["data"][number]): boolean {
  return owned_by === "library" || id.includes(":");
}

function factsOf({ data, models = [] }: List, model: string): ServedFacts | null {
  // llama-server answers any name with what it has loaded.
  const isAnyName = data.length === 1 && data[0]?.owned_by === "llamacpp";
  const entry = isAnyName ? data[0] : data.find(({ id }) => id === model);
  if (!entry) return null;
  const abilities = models.find((each) => each.model === entry.id)?.capabilities;
  const contextTokens = entry.max_model_len ?? entry.meta?.n_ctx ?? null;
  if (!abilities && contextTokens === null) return null;
  const images = abilities ? abilities.includes("multimodal") : null;
  return { ...untold, images, contextTokens };
}

async function readOllama(
  { baseURL }: ServedTarget,
  model: string,
  call: VendorCall,
): Promise<ServedFacts | null> {
  // Its own API stands beside the one that is spoken here.
  const root = baseURL.replace(/\/+$/, "").replace(/\/v1$/, "");
  const shown = await ask(`${root}/api/show`, call, Shown, { model });
  if (!shown?.model_info) return null;
  const { capabilities, parameters = "", model_info: info } = shown;
  const running = await ask(`${root}/api/ps`, call, Running);
  const isAsked = (name: string) => name === model || name === `${model}:latest`;
  const loaded = running?.models.find((each) => isAsked(each.model))?.context_length;
  const most = tokens.parse(info[`${info["general.architecture"]}.context_length`]);
  const set = tokens.parse(Number(/^num_ctx\s+(\d+)/m.exec(parameters)?.[1]));
  return {
    images: capabilities ? capabilities.includes("vision") : null,
    contextTokens: loaded ?? smallest(set, most),
    cutsSilently: true,
    isProvisional: typeof loaded !== "number",
  };
}

function smallest(...numbers: readonly (number | null | undefined)[]): number | null {
  const known = numbers.filter((each) => typeof each === "number");
  return known.length > 0 ? Math.min(...known) : null;
}

/** The answer; null where the server has no such place, or says there something else. */
async function ask<Answer>(
  url: string,
  { fetch, signal }: VendorCall,
  schema: z.ZodType<Answer>,
  body?: object,
): Promise<Answer | null> {
  const response = await fetch(url, {
    signal,
    ...(body && {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  });
  if (response.status >= 500) throw new Error("the server failed");
  const text = await response.text();
  return response.ok ? parsed(text, schema) : null;
}

function parsed<Answer>(text: string, schema: z.ZodType<Answer>): Answer | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
