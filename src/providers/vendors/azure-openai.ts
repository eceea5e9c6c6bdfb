import { ConfigurationError } from "../../errors/arena-error.ts";
import { createLangChainProvider } from "../langchain/langchain-provider.ts";
import { createOpenAIChat, loadOpenAIClients } from "../openai-form/openai-chat.ts";
import { openAICapabilities } from "../openai-form/openai-model-facts.ts";
import { embedTexts, listModelNames } from "../openai-form/openai-rest.ts";
import type { Provider } from "../provider.ts";
import type { AccessInfo, ProviderAccess } from "../provider-access.ts";

const defaultVersion = "2024-10-21";

/**
 * Creates the provider of an Azure OpenAI resource, or of a gateway before it.
 * A gateway's address may hold `{deployment}`.
 * @throws ConfigurationError when the profile says not where it is
 */
export function createAzureOpenAI(access: ProviderAccess): Provider {
  const { profile, keys, settings, systemRole, name = "Azure OpenAI", addressKeys } = access;
  const { accessInfo } = profile;
  if (accessInfo.baseUrl === undefined && accessInfo.endpoint === undefined) {
    const message = "Azure needs its resource's address, such as https://NAME.openai.azure.com";
    throw new ConfigurationError([{ name: settings.baseURL, message }]);
  }
  const { deployments = {} } = accessInfo;
  const deploymentOf = (model: string) =>
    (Object.hasOwn(deployments, model) && deployments[model]) || model;
  const targetOf = (model: string) => ({
    provider: name,
    baseURL: addressOf(deploymentOf(model), accessInfo),
    query: queryOf(accessInfo),
  });
  const resource = resourceOf(accessInfo);
  return createLangChainProvider({
    name,
    baseURL: accessInfo.baseUrl ?? accessInfo.endpoint ?? "",
    settings,
    keys,
    ...(addressKeys && { addressKeys }),
    keyHeader: { name: accessInfo.keyHeader ?? "api-key" },
    capabilities: (model) => ({ ...openAICapabilities(model), ...access.capabilities }),
    messageStyle: () => ({ developerRole: true, ...(systemRole !== undefined && { systemRole }) }),
    load: loadOpenAIClients,
    createChatModel: (model, request, call) =>
      createOpenAIChat(model, request, call, {
        ...targetOf(model),
        sentModel: deploymentOf(model),
      }),
    embed: (model, texts, call) => embedTexts(targetOf(model), deploymentOf(model), texts, call),
    ...(resource !== undefined && {
      listModels: async (call) => {
        // It lists what could be deployed; asked all the same, for it checks the key.
        const target = { provider: name, baseURL: resource, query: queryOf(accessInfo) };
        const deployable = await listModelNames(target, call);
        const deployed = Object.keys(accessInfo.deployments ?? {});
        return deployed.length > 0 ? deployed : deployable;
      },
    }),
  });
}

function addressOf(deployment: string, { baseUrl, endpoint = "" }: AccessInfo): string {
  const part = encodeURIComponent(deployment);
  if (baseUrl !== undefined) return baseUrl.replaceAll("{deployment}", part);
  const resource = endpoint.replace(/\/+$/, "");
  return isUndated(resource) ? resource : `${resource}/openai/deployments/${part}`;
}

function resourceOf({ baseUrl, endpoint }: AccessInfo): string | undefined {
  if (baseUrl !== undefined || endpoint === undefined) return undefined;
  const resource = endpoint.replace(/\/+$/, "");
  return isUndated(resource) ? resource : `${resource}/openai`;
}

/** Azure's undated API, /openai/v1, refuses a date; a gateway gets one only if it is told. */
function queryOf({ baseUrl, endpoint, apiVersion }: AccessInfo): Record<string, string> {
  if (isUndated(baseUrl ?? endpoint ?? "")) return {};
  if (baseUrl !== undefined && apiVersion === undefined) return {};
  return { "api-version": apiVersion ?? defaultVersion };
}

function isUndated(address: string): boolean {
  return /\/v1\/?$/.test(address);
}
