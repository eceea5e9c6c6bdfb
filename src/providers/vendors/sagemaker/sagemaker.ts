import type { ChatRequest } from "../../../data-models/chat.ts";
import { ProviderError } from "../../../errors/model-errors.ts";
import { toRefusal } from "../../errors/to-provider-error.ts";
import { createLangChainProvider } from "../../langchain/langchain-provider.ts";
import type { StreamingModel } from "../../langchain/langchain-vendor.ts";
import { mapStream } from "../../langchain/map-stream.ts";
import { createOpenAIChat, loadOpenAIClients } from "../../openai-form/openai-chat.ts";
import { openAICapabilities } from "../../openai-form/openai-model-facts.ts";
import type { Capabilities, Provider } from "../../provider.ts";
import type { ProviderAccess } from "../../provider-access.ts";
import { importPackage } from "../../transport/import-package.ts";
import type { VendorCall } from "../../vendor-call.ts";
import { AwsClients, awsRegionOf } from "../aws/aws-clients.ts";
import { tellOpening } from "../aws/tell-opening.ts";
import {
  createSageMakerChat,
  createSageMakerFetch,
  type SageMakerTarget,
} from "./sagemaker-chat.ts";
import { toJumpStartPayload, toTgiPayload } from "./sagemaker-payload.ts";
import { judgeSageMaker } from "./sagemaker-verdict.ts";

const name = "Amazon SageMaker";

/**
 * Creates the provider of models at endpoints of one's own in Amazon SageMaker;
 * `accessInfo.endpoints` says which. Its key is an IAM key pair; without one the
 * machine's own identity is used.
 * @throws ConfigurationError when the profile names no region
 */
export function createSageMaker({ profile, keys, settings }: ProviderAccess): Provider {
  const info = profile.accessInfo;
  const endpoints = new Map(Object.entries(info.endpoints ?? {}));
  const region = awsRegionOf(profile);
  const baseURL = info.endpointUrl ?? `https://runtime.sagemaker.${region}.amazonaws.com`;
  const clients = new AwsClients(
    { provider: name, region, info, takesBearer: false },
    async (options) => {
      const { SageMakerRuntimeClient } = await runtimePackage();
      return new SageMakerRuntimeClient({ ...options, endpoint: baseURL });
    },
  );
  const errorFor = (model: string, target: string) => {
    const origin = { model, baseURL, settings, region, target };
    return (thrown: unknown, hasBegun = false) =>
      toRefusal(name, thrown, (error) => judgeSageMaker(thrown, error, { ...origin, hasBegun }));
  };
  const formatOf = (model: string) => endpoints.get(model)?.format;
  return createLangChainProvider({
    name,
    baseURL,
    settings,
    keys,
    keyHeader: null,
    capabilities: (model) => capabilities(model, formatOf(model)),
    comesInParts: (model) => formatOf(model) === "openai",
    load: () => {
      const isOpenAI = [...endpoints.values()].some(({ format }) => format === "openai");
      return Promise.all([runtimePackage(), clients.load(), isOpenAI && loadOpenAIClients()]);
    },
    createChatModel: async (model, request, call) => {
      const endpoint = endpoints.get(model);
      if (!endpoint) throw unknownModel(model, [...endpoints.keys()]);
      const error = errorFor(model, endpoint.name);
      try {
        const client = tellOpening(await clients.get(call.secret), call.onOpen);
        const target = { provider: name, client, endpoint: endpoint.name };
        return mapStream(await createChat(target, endpoint.format, model, request, call), {
          error,
        });
      } catch (thrown) {
        throw error(thrown);
      }
    },
    listModels: async () => [...endpoints.keys()],
  });
}

function runtimePackage() {
  return importPackage(
    name,
    "@aws-sdk/client-sagemaker-runtime",
    () => import("@aws-sdk/client-sagemaker-runtime"),
  );
}

type Format = "tgi" | "jumpstart-chat" | "openai";

async function createChat(
  target: SageMakerTarget,
  format: Format,
  model: string,
  request: ChatRequest,
  call: VendorCall,
): Promise<StreamingModel> {
  switch (format) {
    case "tgi":
      return createSageMakerChat(target, toTgiPayload(model, request));
    case "jumpstart-chat":
      return createSageMakerChat(target, toJumpStartPayload(request));
    case "openai": {
      const fetch = createSageMakerFetch(target);
      // The address is never called; the endpoint's name stands for it.
      const baseURL = "https://sagemaker.invalid/v1";
      return createOpenAIChat(model, request, { ...call, fetch }, { baseURL });
    }
  }
}

function capabilities(model: string, format: Format | undefined): Capabilities {
  const known = openAICapabilities(model);
  const texts = { ...known, images: false, tools: false, json: false, jsonSchema: false };
  switch (format) {
    case "tgi":
      return {
        ...texts,
        parameters: new Set(["maxTokens", "temperature", "topP", "stop", "seed"]),
        embeddings: false,
      };
    case "jumpstart-chat":
      return {
        ...texts,
        parameters: new Set(["maxTokens", "temperature", "topP"]),
        embeddings: false,
      };
    default:
      return { ...known, embeddings: false };
  }
}

function unknownModel(model: string, names: readonly string[]): ProviderError {
  const known = names.length > 0 ? names.map((name) => JSON.stringify(name)).join(", ") : "none";
  const problem = `no endpoint for ${JSON.stringify(model)}. accessInfo.endpoints knows ${known}.`;
  return new ProviderError(name, "NOT_FOUND", problem, { reason: "not-found" });
}
