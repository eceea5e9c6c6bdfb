import { z } from "zod";
import { ModelDefinition } from "../../data-models/task.ts";
import { ConfigurationError } from "../../errors/arena-error.ts";
import { reasonOf } from "../../text/reason-of.ts";
import type { AIModel } from "../ai-model.ts";

/** What a model says about itself. @throws ConfigurationError when that is no definition */
export function definitionOf(model: AIModel): ModelDefinition {
  const [given, read] = ask(model);
  if (read.success) return read.data;
  const problem =
    given instanceof Promise
      ? "it returned a promise; it must not be async"
      : z.prettifyError(read.error);
  throw modelError(`getModelDefinition() returned no definition: ${problem}`);
}

function ask(model: AIModel) {
  try {
    const given: unknown = model.getModelDefinition();
    return [given, ModelDefinition.safeParse(given)] as const;
  } catch (thrown) {
    throw modelError(`getModelDefinition() failed: ${reasonOf(thrown)}`, thrown);
  }
}

/** What is wrong with the model that MODEL names. */
export function modelError(message: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError([{ name: "MODEL", message }], { cause });
}
