import { z } from "zod";
import type { ChatEvent } from "../data-models/chat.ts";
import { TaskOutput } from "../data-models/task.ts";
import { InvalidAnswerError } from "../errors/model-errors.ts";
import type { AIModel } from "../models/ai-model.ts";
import { toTaskInput } from "../models/to-chat-request.ts";
import type { Station } from "./station.ts";

/** What nobody has counted. */
const usage = { inputTokens: null, outputTokens: null };

/** The last station: the model's stream, or its whole answer as one. */
export function modelStation(model: AIModel): Station {
  return async function* ask(request, context) {
    if (model.streamResponse) {
      yield* checked(model.streamResponse(request, context));
      return;
    }
    const { text, image } = readOutput(await model.getResponse(toTaskInput(request), context));
    if (text) yield { type: "text", text };
    if (image) yield { type: "image", base64: image.replace(/^data:[^,]*,/, "") };
    yield { type: "finish", reason: "stop", usage };
  };
}

function readOutput(value: unknown): TaskOutput {
  const read = TaskOutput.safeParse(value);
  if (!read.success) throw new InvalidAnswerError(z.prettifyError(read.error));
  return read.data;
}

const kinds: ReadonlySet<unknown> = new Set(["text", "image", "tool-call", "finish"]);

/** Whatever a model in JavaScript yields: what follows `finish` is not read. */
async function* checked(events: AsyncIterable<ChatEvent>): AsyncGenerator<ChatEvent, void> {
  for await (const event of events) {
    const type: unknown = event?.type;
    if (!kinds.has(type)) {
      throw new InvalidAnswerError(
        "✖ streamResponse yielded what is no event; expected an object whose type is text, image, tool-call or finish",
      );
    }
    yield event;
    if (type === "finish") return;
  }
  throw new InvalidAnswerError("✖ streamResponse ended without a finish event");
}
