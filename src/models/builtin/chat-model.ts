import type { ChatEvent, ChatRequest } from "../../data-models/chat.ts";
import type { RequestContext } from "../../data-models/request-context.ts";
import type { ModelDefinition } from "../../data-models/task.ts";
import { ProviderError } from "../../errors/model-errors.ts";
import { AllProvidersFailedError } from "../../errors/route-errors.ts";
import type { Provider } from "../../providers/provider.ts";
import { createProvider } from "../../providers/registry.ts";
import { checkKeyHeader } from "../../providers/transport/keyed-fetch.ts";
import type { Clock } from "../../routing/call/clock.ts";
import { RouteConfig } from "../../routing/plan/route-config.ts";
import { Router } from "../../routing/router.ts";
import { Secret } from "../../secrets/secret.ts";
import type { SecretSource } from "../../secrets/secret-source.ts";
import { asSentence } from "../../text/full-stop.ts";
import { callEvents, StreamedModel } from "../streamed-model.ts";
import type { ChatModelOptions } from "./chat-model-options.ts";

/** A route's longest time: the request's own deadline decides. */
const maxMs = 3_600_000;
const question = { route: "settings", scope: { user: null, workspace: null } };

/** One chat model of one provider; which, its options say. It is asked over a route of one candidate. */
export class ChatModel extends StreamedModel {
  readonly #options: ChatModelOptions;
  readonly #provider: Provider;
  readonly #router: Router;
  #isStarted = false;

  /** @throws ConfigurationError when the key cannot be sent */
  constructor(options: ChatModelOptions, clock?: Clock) {
    super();
    this.#options = options;
    this.#provider = createSettingsProvider(options);
    this.#router = createRouter(this.#provider, options, clock);
  }

  override async start(): Promise<void> {
    await this.#provider.load?.();
    this.#isStarted = true;
  }

  getModelDefinition(): ModelDefinition {
    const { modelID, vision } = this.#options;
    return { modelID, needsText: true, needsImage: false, canText: true, canImage: vision };
  }

  async *streamResponse(
    asked: ChatRequest,
    context: RequestContext,
  ): AsyncGenerator<ChatEvent, void> {
    if (!this.#isStarted) throw new Error("start() must come before getResponse()");
    const { signal, deadline } = context;
    const { imageOutput, takesPartial } = this.#options;
    const request = { ...asked, ...(imageOutput && { imageOutput }) };
    const call = await this.#router.call(question, request, { signal, deadline });
    const providerOf = () => this.#provider.name;
    try {
      yield* callEvents(call, { request, context, takesPartial, providerOf });
    } catch (error) {
      throw this.#soleError(error);
    }
  }

  /** Of one candidate, what it said last is all there is to tell. */
  #soleError(error: unknown): unknown {
    if (!(error instanceof AllProvidersFailedError)) return error;
    const { attempts, unasked, code, retryable, participantText } = error;
    const last = attempts.at(-1);
    if (last) return last.error;
    const why = unasked.map((candidate) => candidate.why).join("; ");
    return new ProviderError(this.#provider.name, code, asSentence(why), {
      retryable,
      participantText,
    });
  }
}

function createRouter(
  provider: Provider,
  { provider: providerName, model, maxTokens }: ChatModelOptions,
  clock: Clock | undefined,
): Router {
  const profile = "settings";
  const route = RouteConfig.parse({
    name: question.route,
    candidates: [{ profile, model }],
    ...(maxTokens !== undefined && { maxTokens }),
    // Models that reason or draw are silent for minutes.
    limits: { firstTokenMs: maxMs, idleMs: maxMs, loadingMs: maxMs },
    // There is nobody else to go to: pauses that the provider asks for are kept, and retries granted.
    longestWaitMs: maxMs,
    retryBudget: 1,
  });
  const judge = (name: string) => ({ isAllowed: true, model: name, isSpelled: true }) as const;
  const access = { profile, providerName, provider, judge, isOpen: true };
  return new Router({ routes: [route], accessesOf: () => [access], ...(clock && { clock }) });
}

/**
 * Creates the provider that settings describe, without a profile.
 * @throws ConfigurationError that names the setting, when the key cannot be sent
 */
function createSettingsProvider(options: ChatModelOptions): Provider {
  const { provider, accessInfo, key, settings, name, systemRole, capabilities } = options;
  const { privateImages = false } = options;
  if (key !== undefined) {
    checkKeyHeader({ name: accessInfo.keyHeader ?? "Authorization", key }, settings.key);
  }
  const keys = key === undefined ? null : createFixedSource(settings.key, new Secret(key));
  const profile = { name: "settings", provider, accessInfo };
  return createProvider(profile, keys, {
    settings,
    systemRole,
    privateImages,
    ...(name !== undefined && { name }),
    ...(capabilities && { capabilities }),
  });
}

/** A setting's value is what it is until the next start. */
function createFixedSource(setting: string, secret: Secret): SecretSource {
  return { description: setting, get: async () => secret, refused: () => {} };
}
