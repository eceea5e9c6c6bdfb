import type { ChatRequest } from "../../data-models/chat.ts";
import { ConfigurationError } from "../../errors/arena-error.ts";
import { refusedRequest } from "../errors/refused-request.ts";
import { refusePrivateImages } from "../image-urls.ts";
import { createOpenAILike, type OpenAILike } from "../openai-form/openai-like.ts";
import { openAICapabilities } from "../openai-form/openai-model-facts.ts";
import type { Capabilities, Provider } from "../provider.ts";
import type { ProviderAccess } from "../provider-access.ts";
import { withVersion } from "../transport/with-version.ts";

/**
 * Creates the provider of a server of one's own; what it speaks, the profile says.
 * @throws ConfigurationError when the profile says not where it is
 */
export function createSelfHosted(access: ProviderAccess): Provider {
  const { baseUrl, inferenceApi = "openai" } = access.profile.accessInfo;
  if (baseUrl === undefined) {
    const message = "a self-hosted server needs its address, such as http://10.0.0.7:8000/v1";
    throw new ConfigurationError([{ name: access.settings.baseURL, message }]);
  }
  switch (inferenceApi) {
    case "openai":
      return create(access, {
        name: "The self-hosted server",
        baseURL: baseUrl,
        servedBy: "openai",
      });
    case "ollama":
      return createOllama(access);
    case "vllm":
      return createVllm(access);
  }
}

/**
 * Creates the provider of an Ollama server, asked over its OpenAI API. It says
 * nothing while it loads a model, and stops loading when who asked has left.
 */
export function createOllama(access: ProviderAccess): Provider {
  const baseURL = access.profile.accessInfo.baseUrl ?? "http://localhost:11434/v1";
  return create(access, {
    name: "Ollama",
    baseURL: withVersion(baseURL),
    servedBy: "ollama",
    startsInSilence: true,
    check: refuseWhatOllamaIgnores,
  });
}

/** Creates the provider of a vLLM server. */
export function createVllm(access: ProviderAccess): Provider {
  const baseURL = access.profile.accessInfo.baseUrl ?? "http://localhost:8000/v1";
  return create(access, { name: "vLLM", baseURL: withVersion(baseURL), servedBy: "vllm" });
}

/** Without these the list has what generates text, and nothing else. */
const kubeAIFeatures = ["TextGeneration", "TextEmbedding", "Reranking", "SpeechToText"];

/**
 * Creates the provider of KubeAI, which starts models when they are asked for. It
 * holds the request until the model is there; a 502, 503 or 504 is the model's
 * server that fails, and never one that starts.
 */
export function createKubeAI(access: ProviderAccess): Provider {
  const baseURL = access.profile.accessInfo.baseUrl ?? "http://kubeai/openai/v1";
  return create(access, {
    name: "KubeAI",
    baseURL,
    usualPath: "/openai/v1",
    startsInSilence: true,
    modelsPath: `models?${kubeAIFeatures.map((feature) => `feature=${feature}`).join("&")}`,
  });
}

function create(
  access: ProviderAccess,
  {
    check,
    ...facts
  }: Pick<
    OpenAILike,
    "name" | "baseURL" | "servedBy" | "startsInSilence" | "modelsPath" | "usualPath"
  > & {
    readonly check?: (request: ChatRequest) => void;
  },
): Provider {
  const chat: OpenAILike["chat"] = (_, request) => {
    refusePrivateImages(access.name ?? facts.name, request, access);
    check?.(request);
    const { maxTokens } = request;
    // By a model's name, LangChain may take the newer max_completion_tokens, which Ollama ignores.
    return maxTokens === undefined ? {} : { extra: { max_tokens: maxTokens } };
  };
  const { vision = true } = access.profile.accessInfo;
  const capabilities = (model: string) => ({ ...capabilitiesOf(model), images: vision });
  return createOpenAILike({ access, capabilities, chat, ...facts });
}

/** What a name is served as, and with how much memory, only its owner knows, or the server when it is asked. */
function capabilitiesOf(model: string): Capabilities {
  const { parameters } = openAICapabilities("");
  return {
    images: true,
    tools: true,
    json: true,
    jsonSchema: true,
    parameters,
    contextTokens: null,
    embeddings: openAICapabilities(model).embeddings,
    imageOutput: false,
  };
}

function refuseWhatOllamaIgnores({ messages, tools = [], toolChoice = "auto" }: ChatRequest): void {
  const urls = messages.flatMap(({ content }) =>
    typeof content === "string" ? [] : content.flatMap((part) => ("url" in part ? part.url : [])),
  );
  if (urls.some((url) => !/^data:/i.test(url))) {
    throw refusedRequest("Ollama", "it fetches no images. Send them as data URLs.");
  }
  if (tools.length > 0 && toolChoice !== "auto") {
    throw refusedRequest(
      "Ollama",
      `it cannot be told which tool to call. Leave toolChoice out, or ask another provider.`,
    );
  }
}
