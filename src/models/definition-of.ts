import { z } from "zod";
import { ModelDefinition } from "../data-models/model-definition.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import type { AIModel } from "./ai-model.ts";

/** What a model says about itself. @throws ConfigurationError when that is no definition */
export function definitionOf(model: AIModel): ModelDefinition {
  const given: unknown = model.getModelDefinition();
  const read = ModelDefinition.safeParse(given);
  if (read.success) return read.data;
  const problem =
    given instanceof Promise
      ? "it returned a promise; it must not be async"
      : z.prettifyError(read.error);
  const message = `getModelDefinition() returned no definition: ${problem}`;
  throw new ConfigurationError([{ name: "MODEL", message }]);
}
