import type { ModelDefinition } from "../data-models/model-definition.ts";
import type { RequestContext } from "../data-models/request-context.ts";
import type { TaskInput } from "../data-models/task-input.ts";
import type { TaskOutput } from "../data-models/task-output.ts";
import type { RouteQuestion, Router } from "../router/router.ts";
import { AIModel } from "./ai-model.ts";
import { logRouteCall } from "./log-route-call.ts";
import { toChatRequest } from "./to-chat-request.ts";
import { toTaskOutput } from "./to-task-output.ts";

/** What a routed model serves. */
export interface RoutedModelOptions {
  readonly router: Router;
  readonly question: RouteQuestion;
  /** Whether one of the route's candidates sees images. */
  readonly canImage: boolean;
}

/** A route of `arena.yaml`: whoever on it answers first. */
export class RoutedModel extends AIModel {
  readonly #options: RoutedModelOptions;

  constructor(options: RoutedModelOptions) {
    super();
    this.#options = options;
  }

  getModelDefinition(): ModelDefinition {
    const { question, canImage } = this.#options;
    return {
      modelID: question.route,
      needsText: true,
      needsImage: false,
      canText: true,
      canImage,
    };
  }

  async getResponse(input: TaskInput, context: RequestContext): Promise<TaskOutput> {
    const { router, question } = this.#options;
    const { signal, deadline } = context;
    const call = await router.call(question, toChatRequest(input), { signal, deadline });
    try {
      const answer = await call.whole();
      return toTaskOutput(answer, call.trace.chosen?.provider ?? question.route);
    } finally {
      logRouteCall(call, context.logger);
    }
  }
}
