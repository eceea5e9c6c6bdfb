import type { BedrockClient } from "@aws-sdk/client-bedrock";
import type { BedrockRuntimeClient } from "@aws-sdk/client-bedrock-runtime";
import type { ChatRequest } from "../data-models/chat.ts";
import { withAlternatingTurns } from "./alternating-turns.ts";
import { AwsClients } from "./aws-clients.ts";
import { awsRegionOf } from "./aws-region.ts";
import { judgeAws } from "./aws-verdict.ts";
import { createBedrockChat, isStreamed, loadBedrockChat } from "./bedrock-chat.ts";
import { embedAtBedrock } from "./bedrock-embeddings.ts";
import { controlEndpointOf } from "./bedrock-endpoint.ts";
import { listBedrockModels } from "./bedrock-list.ts";
import { bedrockCapabilities, bedrockModelOf } from "./bedrock-models.ts";
import { importPackage } from "./import-package.ts";
import { createLangChainProvider } from "./langchain-provider.ts";
import type { Provider } from "./provider.ts";
import type { ProviderAccess } from "./provider-access.ts";
import { withSchemaByTool } from "./schema-by-tool.ts";
import { tellOpening } from "./tell-opening.ts";
import type { VendorCall } from "./vendor-call.ts";
import { toRefusal } from "./vendor-refusal.ts";

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
  const ask = async <Client, Answer>(
    clients: AwsClients<Client>,
    target: string,
    call: VendorCall,
    question: (client: Client) => Promise<Answer>,
  ): Promise<Answer> => {
    try {
      return await question(await clients.get(call.secret));
    } catch (thrown) {
      throw toRefusal(name, thrown, (error) => judgeAws(error, { region, target }));
    }
  };
  const provider = createLangChainProvider({
    name,
    baseURL: info.endpointUrl ?? `https://bedrock-runtime.${region}.amazonaws.com`,
    settings,
    keys,
    keyHeader: null,
    capabilities: bedrockCapabilities,
    comesInParts: isStreamed,
    messageStyle: (model) => (bedrockModelOf(model).system ? {} : { systemRole: "user" }),
    load: () => Promise.all([loadBedrockChat(name), runtimePackage(), runtime.load()]),
    createChatModel: (model, request: ChatRequest, call) =>
      ask(runtime, model, call, (shared: BedrockRuntimeClient) => {
        const client = tellOpening(shared, call.onOpen);
        return createBedrockChat({ provider: name, client, region, model }, request);
      }),
    embed: (model, texts, call) =>
      ask(runtime, model, call, (client) =>
        embedAtBedrock({ provider: name, client }, model, texts, call.signal),
      ),
    listModels: (call) =>
      ask(control, "the list of models", call, (client: BedrockClient) =>
        listBedrockModels(client, call.signal),
      ),
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
