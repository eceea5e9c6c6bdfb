import type { Provider } from "../providers/provider.ts";

/** OpenAI's newer API takes no fewer; the answer is left as soon as it begins. */
const fewestTokens = 16;

/**
 * Asks a model for as little as can be asked for. Returns the name by which the
 * server says who answered; null where it says none.
 * @throws ProviderError when it does not answer
 */
export async function askForAWord(
  provider: Provider,
  model: string,
  signal: AbortSignal,
): Promise<string | null> {
  const { embeddings, parameters } = provider.capabilities(model);
  // What nobody knows counts as able, so the name has to say that it does nothing else.
  if (embeddings && provider.embed && /embed|\b(bge|e5|gte)\b/i.test(model)) {
    await provider.embed(model, ["Hello"], { signal });
    return null;
  }
  const request = {
    messages: [{ role: "user", content: "Say hello in one word." } as const],
    ...(parameters.has("maxTokens") && { maxTokens: fewestTokens }),
  };
  let served: string | null = null;
  const onServed = (name: string) => {
    served = name;
  };
  const events = provider.stream(model, request, { signal, onServed })[Symbol.asyncIterator]();
  await events.next();
  await events.return?.();
  return served;
}
