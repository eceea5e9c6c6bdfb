import { z } from "zod";
import type { RequestContext } from "../data-models/request-context.ts";
import type { ModelDefinition, TaskInput } from "../data-models/task.ts";
import { TaskOutput } from "../data-models/task.ts";
import { InvalidAnswerError } from "../errors/model-errors.ts";
import { ImageNotSupportedError } from "../errors/request-errors.ts";
import type { AIModel } from "../models/ai-model.ts";

/** Every station of a request's way: takes it, and returns or throws. */
export type Station = (input: TaskInput, context: RequestContext) => Promise<TaskOutput>;

/** The way of every request, whichever door it came by. */
export function createPipeline(model: AIModel, definition: ModelDefinition): Station {
  return async (input, context) => {
    refuseUnseenImages(input, definition);
    const output: unknown = await model.getResponse(input, context);
    return readOutput(output);
  };
}

function refuseUnseenImages(input: TaskInput, definition: ModelDefinition): void {
  if (definition.canImage || definition.needsImage) return;
  const hasImage = input.messages.some(
    ({ content }) =>
      typeof content !== "string" && content.some(({ type }) => type === "image_url"),
  );
  if (hasImage) throw new ImageNotSupportedError(definition.modelID);
}

function readOutput(value: unknown): TaskOutput {
  const read = TaskOutput.safeParse(value);
  if (!read.success) throw new InvalidAnswerError(z.prettifyError(read.error));
  const { text, image } = read.data;
  return image ? { text, image: image.replace(/^data:[^,]*,/, "") } : { text };
}
