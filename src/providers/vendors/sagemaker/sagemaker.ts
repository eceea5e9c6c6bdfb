import { z } from "zod";
import type { ChatRequest } from "../../../data-models/chat.ts";
import { ProviderError } from "../../../errors/model-errors.ts";
import { judge, type VendorOrigin } from "../../errors/provider-verdict.ts";
import type { VendorError } from "../../errors/vendor-error.ts";
import type { Verdict } from "../../errors/verdicts.ts";
import { createLangChainProvider } from "../../langchain/langchain-provider.ts";
import type { StreamingModel } from "../../langchain/langchain-vendor.ts";
import { createOpenAIChat, loadOpenAIClients } from "../../openai-form/openai-chat.ts";
import { openAICapabilities } from "../../openai-form/openai-model-facts.ts";
import type { Capabilities, Provider } from "../../provider.ts";
import type { ProviderAccess } from "../../provider-access.ts";
import { importPackage } from "../../transport/import-package.ts";
import type { VendorCall } from "../../vendor-call.ts";
import { AwsClients, awsRegionOf } from "../aws/aws-clients.ts";
import { type AwsTarget, judgeAws } from "../aws/aws-verdict.ts";
import { tellOpening } from "../aws/tell-opening.ts";
import {
  createSageMakerChat,
  createSageMakerFetch,
  type SageMakerTarget,
} from "./sagemaker-chat.ts";
import { toJumpStartPayload, toTgiPayload } from "./sagemaker-payload.ts";

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
  const formatOf = (model: string) => endpoints.get(model)?.format;
  return createLangChainProvider({
    name,
    baseURL,
    settings,
    keys,
    keyHeader: null,
    capabilities: (model) => capabilities(model, formatOf(model)),
    judge: (error, { thrown, model, hasBegun }) => {
      const target = endpoints.get(model)?.name ?? model;
      return judgeSageMaker(thrown, error, { model, baseURL, settings, region, target, hasBegun });
    },
    comesInParts: (model) => formatOf(model) === "openai",
    load: () => {
      const isOpenAI = [...endpoints.values()].some(({ format }) => format === "openai");
      return Promise.all([runtimePackage(), clients.load(), isOpenAI && loadOpenAIClients()]);
    },
    createChatModel: async (model, request, call) => {
      const endpoint = endpoints.get(model);
      if (!endpoint) throw unknownModel(model, [...endpoints.keys()]);
      const client = tellOpening(await clients.get(call.secret), call.onOpen);
      const target = { provider: name, client, endpoint: endpoint.name };
      return createChat(target, endpoint.format, model, request, call);
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

/** What SageMaker tells of an endpoint's own answer when that was a refusal. */
const ModelError = z.object({
  OriginalStatusCode: z.number().optional().catch(undefined),
  OriginalMessage: z.string().optional().catch(undefined),
  cause: z.unknown().optional(),
});

/** Decides what an error of SageMaker means, or of the model behind it. */
function judgeSageMaker(
  thrown: unknown,
  error: VendorError,
  origin: VendorOrigin & AwsTarget,
): Verdict | undefined {
  const refusal = refusalOf(thrown);
  if (!refusal) return judgeAws(error, origin);
  const { status, sentence } = refusal;
  const verdict = judge(
    { ...error, status, codes: [], sentence: sentence.replaceAll("`", "") },
    origin,
  );
  // What the model's server calls a missing key or page is the endpoint's affair, not the caller's.
  return [401, 403, 404].includes(status)
    ? { ...verdict, code: "FAILED_PRECONDITION", reason: "other", problem: wrongServer(status) }
    : verdict;
}

function wrongServer(status: number): string {
  return `the model's own server refused (${status}). Check the endpoint's container and its format in accessInfo.endpoints.`;
}

function refusalOf(thrown: unknown): { status: number; sentence: string } | undefined {
  let next = thrown;
  for (let depth = 0; depth < 6; depth++) {
    const read = ModelError.safeParse(next);
    if (!read.success) return undefined;
    const { OriginalStatusCode: status, OriginalMessage: sentence = "", cause } = read.data;
    if (status !== undefined && status > 0) return { status, sentence };
    next = cause;
  }
  return undefined;
}
