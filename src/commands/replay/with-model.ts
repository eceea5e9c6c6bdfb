import { once } from "node:events";
import { CommandError } from "../../client/command-error.ts";
import type { Logger } from "../../data-models/logger.ts";
import { reasonOf } from "../../errors/reason-of.ts";
import { Lifecycle } from "../../lifecycle.ts";
import type { AIModel } from "../../models/ai-model.ts";

/** As long as a server waits for it. */
const stopTimeoutMs = 5000;

/**
 * Starts a model, lets `use` use it unless `signal` aborts before, and stops it.
 * @throws CommandError when it does not start
 */
export async function withModel(
  model: AIModel,
  signal: AbortSignal,
  logger: Logger,
  use: () => Promise<void>,
): Promise<void> {
  const part = { name: "model", start: () => model.start(), stop: () => model.stop() };
  const lifecycle = new Lifecycle([{ ...part, stopTimeoutMs }], {
    startTimeoutMs: stopTimeoutMs,
    onStopError: (_, error) => logger.error({ err: error }, "the model failed to stop"),
  });
  const started = lifecycle.start().catch((error: unknown) => {
    throw new CommandError(1, `The model failed to start: ${reasonOf(error)}`);
  });
  try {
    if (await Promise.race([started, aborted(signal)])) await use();
  } finally {
    await lifecycle.stop();
  }
}

async function aborted(signal: AbortSignal): Promise<false> {
  if (!signal.aborted) await once(signal, "abort");
  return false;
}
