import type { BedrockClient } from "@aws-sdk/client-bedrock";
import { withAlternatingTurns } from "../../alternating-turns.ts";
import { createLangChainProvider } from "../../langchain/langchain-provider.ts";
import type { Provider } from "../../provider.ts";
import type { ProviderAccess } from "../../provider-access.ts";
import { withSchemaByTool } from "../../schema-by-tool.ts";
import { importPackage } from "../../transport/import-package.ts";
import { AwsClients, awsRegionOf } from "../aws/aws-clients.ts";
import { judgeAws } from "../aws/aws-verdict.ts";
import { tellOpening } from "../aws/tell-opening.ts";
import { createBedrockChat, isStreamed, loadBedrockChat } from "./bedrock-chat.ts";
import { embedAtBedrock } from "./bedrock-embeddings.ts";
import { bedrockCapabilities, bedrockModelOf, controlEndpointOf } from "./bedrock-models.ts";

const name = "Amazon Bedrock";

/**
 * Creates the provider of the models at Amazon Bedrock. Its key is a Bedrock
 * API key or an IAM key pair; without one the machine's own identity is used.
 * @throws ConfigurationError when the profile names no region
 */
export function createBedrock({ profile, keys, settings }: ProviderAccess): Provider {
  const info = profile.accessInfo;
  const region = awsRegionOf(profile);
  const access = { provider: name, region, info, takesBearer: true };
  const runtime = new AwsClients(access, async (options) => {
    const { BedrockRuntimeClient } = await runtimePackage();
    return new BedrockRuntimeClient({ ...options, ...endpointOf(info.endpointUrl) });
  });
  const control = new AwsClients(access, async (options) => {
    const { BedrockClient } = await controlPackage();
    return new BedrockClient({ ...options, ...endpointOf(controlEndpointOf(info.endpointUrl)) });
  });
  const provider = createLangChainProvider({
    name,
    baseURL: info.endpointUrl ?? `https://bedrock-runtime.${region}.amazonaws.com`,
    settings,
    keys,
    keyHeader: null,
    capabilities: bedrockCapabilities,
    judge: (error, { model, hasBegun }) =>
      judgeAws(error, { region, target: model || "the list of models", hasBegun }),
    comesInParts: isStreamed,
    messageStyle: (model) => (bedrockModelOf(model).system ? {} : { systemRole: "user" }),
    load: () => Promise.all([loadBedrockChat(name), runtimePackage(), runtime.load()]),
    createChatModel: async (model, request, call) => {
      const client = tellOpening(await runtime.get(call.secret), call.onOpen);
      return createBedrockChat({ provider: name, client, region, model }, request);
    },
    embed: async (model, texts, call) => {
      const client = await runtime.get(call.secret);
      return embedAtBedrock({ provider: name, client }, model, texts, call.signal);
    },
    listModels: async (call) => listBedrockModels(await control.get(call.secret), call.signal),
  });
  return withAlternatingTurns(
    withSchemaByTool(provider, (model) => bedrockModelOf(model).choices.length > 1),
  );
}

function runtimePackage() {
  return importPackage(
    name,
    "@aws-sdk/client-bedrock-runtime",
    () => import("@aws-sdk/client-bedrock-runtime"),
  );
}

function controlPackage() {
  return importPackage(name, "@aws-sdk/client-bedrock", () => import("@aws-sdk/client-bedrock"));
}

function endpointOf(endpoint: string | undefined): { endpoint?: string } {
  return endpoint === undefined ? {} : { endpoint };
}

/**
 * Names of the models that are called on demand and of the inference profiles,
 * those of other regions and those of one's own.
 */
async function listBedrockModels(
  client: BedrockClient,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { ListFoundationModelsCommand, paginateListInferenceProfiles } = await import(
    "@aws-sdk/client-bedrock"
  );
  const { modelSummaries = [] } = await client.send(
    new ListFoundationModelsCommand({ byInferenceType: "ON_DEMAND" }),
    { abortSignal: signal },
  );
  const names = modelSummaries
    .filter(({ modelLifecycle }) => modelLifecycle?.status !== "LEGACY")
    .map(({ modelId }) => modelId);
  const pages = paginateListInferenceProfiles({ client }, {}, { abortSignal: signal });
  for await (const { inferenceProfileSummaries = [] } of pages) {
    for (const { status, inferenceProfileId } of inferenceProfileSummaries) {
      if (status === "ACTIVE") names.push(inferenceProfileId);
    }
  }
  return [...new Set(names.filter((name) => name !== undefined))];
}
