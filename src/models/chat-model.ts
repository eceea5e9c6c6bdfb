import { setTimeout as delay } from "node:timers/promises";
import type { ModelDefinition } from "../data-models/model-definition.ts";
import type { RequestContext } from "../data-models/request-context.ts";
import type { TaskInput } from "../data-models/task-input.ts";
import type { TaskOutput } from "../data-models/task-output.ts";
import { checkKeyHeader } from "../providers/keyed-fetch.ts";
import { AIModel } from "./ai-model.ts";
import { toTaskOutput } from "./chat-answer.ts";
import { type ChatClient, createChatClient } from "./chat-client.ts";
import type { ChatModelOptions } from "./chat-model-options.ts";
import { toProviderFailure } from "./provider-failure.ts";
import { type Wait, withRetries } from "./retry.ts";

const waitInReal: Wait = (delayMs, signal) => delay(delayMs, undefined, { signal });

/** A chat model behind any server that speaks the OpenAI API; which one, its options say. */
export class ChatModel extends AIModel {
  readonly #options: ChatModelOptions;
  readonly #wait: Wait;
  #client: ChatClient | undefined;

  /**
   * @param wait waits between two attempts
   * @throws ConfigurationError when the key cannot be sent
   */
  constructor(options: ChatModelOptions, wait: Wait = waitInReal) {
    super();
    if (options.keyHeader) checkKeyHeader(options.keyHeader, options.settings.key);
    this.#options = options;
    this.#wait = wait;
  }

  override async start(): Promise<void> {
    this.#client ??= await createChatClient(this.#options);
  }

  getModelDefinition(): ModelDefinition {
    const { modelID, vision } = this.#options;
    return { modelID, needsText: true, needsImage: false, canText: true, canImage: vision };
  }

  async getResponse({ messages }: TaskInput, context: RequestContext): Promise<TaskOutput> {
    const client = this.#client;
    if (!client) throw new Error("start() must come before getResponse()");
    const { signal, deadline, logger } = context;
    const answer = await withRetries(() => client(messages, signal), {
      signal,
      deadline,
      wait: this.#wait,
      toFailure: (thrown) => {
        const failure = toProviderFailure(thrown, messages, this.#options);
        const { code, retryable, cause, message } = failure.error;
        logger.warn({ code, retryable, err: cause }, message);
        return failure;
      },
    });
    return toTaskOutput(answer, this.#options.provider);
  }
}
