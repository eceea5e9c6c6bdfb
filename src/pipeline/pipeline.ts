import { Slots } from "../async/slots.ts";
import type { ChatRequest } from "../data-models/chat.ts";
import type { ModelDefinition } from "../data-models/task.ts";
import { ImageNotSupportedError } from "../errors/request-errors.ts";
import type { AIModel } from "../models/ai-model.ts";
import { withAnswerSize, withConcurrency, withTimeLimit } from "./limits.ts";
import { modelStation } from "./model-station.ts";
import type { Station } from "./station.ts";

/** What a pipeline ends in, and what it holds for all its callers together. */
export interface PipelineOptions {
  readonly model: AIModel;
  readonly definition: ModelDefinition;
  /** So many requests at once are with the model; others wait in the order in which they came. */
  readonly maxConcurrency: number;
  readonly maxAnswerBytes: number;
}

/** The way of every request, whichever door it came by: limits, then the model. */
export function createPipeline(options: PipelineOptions): Station {
  const { model, definition, maxConcurrency, maxAnswerBytes } = options;
  const answer = withAnswerSize(modelStation(model), maxAnswerBytes);
  const allowed = withSeenImages(answer, definition);
  return withTimeLimit(withConcurrency(allowed, new Slots(maxConcurrency)));
}

/** Refuses images where the model sees none. */
function withSeenImages(next: Station, definition: ModelDefinition): Station {
  if (definition.canImage || definition.needsImage) return next;
  return (request, context) => {
    if (hasImage(request)) throw new ImageNotSupportedError(definition.modelID);
    return next(request, context);
  };
}

function hasImage({ messages }: ChatRequest): boolean {
  return messages.some(
    ({ content }) => typeof content !== "string" && content.some(({ type }) => type === "image"),
  );
}
