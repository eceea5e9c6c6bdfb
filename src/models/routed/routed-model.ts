import type { ChatEvent, ChatRequest } from "../../data-models/chat.ts";
import type { RequestContext } from "../../data-models/request-context.ts";
import type { ModelDefinition } from "../../data-models/task.ts";
import { ConfigurationError } from "../../errors/arena-error.ts";
import { ProviderError } from "../../errors/model-errors.ts";
import type { RouteQuestion, Router } from "../../routing/router.ts";
import { callEvents, StreamedModel } from "../streamed-model.ts";

/** What a routed model serves. */
export interface RoutedModelOptions {
  readonly router: Router;
  readonly question: RouteQuestion;
  /** Whether one of the route's candidates sees images. */
  readonly canImage: boolean;
  /** Whether what came of an answer before the deadline is delivered. */
  readonly takesPartial: boolean;
}

/** A route of `arena.yaml`: whoever on it answers first. */
export class RoutedModel extends StreamedModel {
  readonly #options: RoutedModelOptions;

  constructor(options: RoutedModelOptions) {
    super();
    this.#options = options;
  }

  /** Imports take a moment, and a package may be missing: neither is left to the first request. */
  override async start(): Promise<void> {
    const { router, question } = this.#options;
    try {
      await router.load(question);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      throw new ConfigurationError([{ name: "ROUTE", message: error.message }], { cause: error });
    }
  }

  override stop(): void {
    this.#options.router.stop();
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

  async *streamResponse(
    request: ChatRequest,
    context: RequestContext,
  ): AsyncGenerator<ChatEvent, void> {
    const { router, question, takesPartial } = this.#options;
    const { signal, deadline } = context;
    const call = await router.call(question, request, { signal, deadline });
    const providerOf = () => call.trace.chosen?.provider ?? question.route;
    yield* callEvents(call, { request, context, takesPartial, providerOf });
  }
}
