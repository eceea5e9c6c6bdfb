import type { ChatEvent, ChatRequest } from "../data-models/chat.ts";
import type { Logger, RequestContext } from "../data-models/request-context.ts";
import type { TaskInput, TaskOutput } from "../data-models/task.ts";
import type { RouteCall } from "../routing/call/route-call.ts";
import { emptyAnswer, toWholeAnswer, type WholeAnswer } from "../routing/call/whole-answer.ts";
import { AIModel } from "./ai-model.ts";
import { toChatRequest } from "./to-chat-request.ts";

/** What follows a part of an answer: a half is not to be read as the whole. */
const notices = {
  "content-filter": "[The AI's content filter stopped the answer here.]",
  deadline: "[The AI ran out of time here.]",
} as const;

/**
 * Puts an answer together for the arena, which has room for one image. A refusal
 * is its text, and one that a content filter or the deadline cut says so.
 * @throws what the answer ends with, and TypeError when its last event is not `finish`
 */
export async function toTaskOutput(answer: AsyncIterable<ChatEvent>): Promise<TaskOutput> {
  const events: ChatEvent[] = [];
  for await (const event of answer) events.push(event);
  const whole = toWholeAnswer(events);
  const [image] = whole.images;
  const text = shownText(whole);
  return image === undefined ? { text } : { text, image };
}

function shownText({ text, finishReason }: WholeAnswer): string {
  if (finishReason !== "content-filter" && finishReason !== "deadline") return text;
  const notice = notices[finishReason];
  return text ? `${text}\n\n${notice}` : notice;
}

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
interface CallEventsOptions {
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

/**
 * Logs how an answer, or none, came about: what vendors said when they failed,
 * and the trace. Neither holds a key or anything of what was said.
 */
export function logRouteCall({ failures, trace }: RouteCall, logger: Logger): void {
  for (const { profile, model, error } of failures) {
    const { code, reason, retryable, cause } = error;
    logger.warn({ profile, model, code, reason, retryable, err: cause }, error.message);
  }
  const { route, chosen, attempts, candidates, cost } = trace;
  const skipped = candidates.filter((candidate) => candidate.skipped !== null);
  logger.info({ route, chosen, attempts, skipped, cost }, chosen ? "routed" : "not routed");
}
