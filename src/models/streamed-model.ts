import type { ChatEvent, ChatRequest } from "../data-models/chat.ts";
import type { RequestContext } from "../data-models/request-context.ts";
import type { TaskInput, TaskOutput } from "../data-models/task.ts";
import { emptyAnswer } from "../routing/call/empty-answer.ts";
import type { RouteCall } from "../routing/call/route-call.ts";
import { AIModel } from "./ai-model.ts";
import { logRouteCall } from "./log-route-call.ts";
import { toChatRequest } from "./to-chat-request.ts";
import { toTaskOutput } from "./to-task-output.ts";

/** A model whose answers come over a route, piece by piece or whole. */
export abstract class StreamedModel extends AIModel {
  abstract override streamResponse(
    request: ChatRequest,
    context: RequestContext,
  ): AsyncIterable<ChatEvent>;

  /** The whole answer to one task. @throws ProviderError, AllProvidersFailedError */
  async getResponse(input: TaskInput, context: RequestContext): Promise<TaskOutput> {
    return toTaskOutput(this.streamResponse(toChatRequest(input), context));
  }
}

/** How a call's answer is passed on. */
export interface CallEventsOptions {
  readonly request: ChatRequest;
  readonly context: RequestContext;
  /** Whether what came of a whole answer before the deadline is delivered. */
  readonly takesPartial: boolean;
  /** Whose answer it is where it is empty, as people know it. */
  readonly providerOf: (call: RouteCall) => string;
}

/**
 * Passes on a call's answer as its caller wants it, and logs how it came about.
 * @throws ProviderError where a whole answer holds nothing that its caller can use
 */
export async function* callEvents(
  call: RouteCall,
  { request, context, takesPartial, providerOf }: CallEventsOptions,
): AsyncGenerator<ChatEvent, void> {
  try {
    if (context.isStreamed) {
      yield* call.stream();
      return;
    }
    const { text, images, toolCalls, finishReason, usage } = await call.whole({ takesPartial });
    const usable = request.tools ? toolCalls : [];
    if (!text && images.length + usable.length === 0) {
      throw emptyAnswer(providerOf(call), finishReason);
    }
    if (text) yield { type: "text", text };
    for (const base64 of images) yield { type: "image", base64 };
    for (const toolCall of usable) yield { type: "tool-call", call: toolCall };
    yield { type: "finish", reason: finishReason, usage };
  } finally {
    logRouteCall(call, context.logger);
  }
}
