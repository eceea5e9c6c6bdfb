import type { Settings } from "../../config/settings.ts";
import type { AccessInfo } from "../../providers/provider-access.ts";
import { splitAddress } from "../../providers/transport/address-keys.ts";
import type { ModelEntry } from "../model-entry.ts";

/** What is behind a deployment's name, only its owner knows: `gpt-4` may be any model. */
export const deploymentCapabilities = { images: true, contextTokens: null } as const;

/** A deployment of Azure OpenAI, asked at its resource or behind a gateway. */
export const azureEntry: ModelEntry = {
  description: "A deployment of Azure OpenAI, or behind an API-management gateway",
  needs: [
    [["AZURE_OPENAI_API_KEY"]],
    [["AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_DEPLOYMENT"], ["AZURE_OPENAI_BASE_URL"]],
  ],
  create: async (settings: Settings) => {
    const { ChatModel } = await import("./chat-model.ts");
    const baseUrl = settings.AZURE_OPENAI_BASE_URL;
    const model = settings.AZURE_OPENAI_DEPLOYMENT ?? lastSegment(baseUrl ?? "");
    return new ChatModel({
      modelID: model,
      model,
      provider: "azure-openai",
      accessInfo: accessOf(settings),
      key: settings.AZURE_OPENAI_API_KEY,
      settings: {
        key: "AZURE_OPENAI_API_KEY",
        model: "AZURE_OPENAI_DEPLOYMENT",
        baseURL: baseUrl === undefined ? "AZURE_OPENAI_ENDPOINT" : "AZURE_OPENAI_BASE_URL",
      },
      vision: settings.AZURE_OPENAI_VISION ?? false,
      systemRole: settings.AZURE_OPENAI_SYSTEM_ROLE ?? "system",
      capabilities: deploymentCapabilities,
      takesPartial: settings.PARTIAL_ANSWERS,
      imageOutput: false,
    });
  },
};

function accessOf(settings: Settings): AccessInfo {
  const { AZURE_OPENAI_BASE_URL: baseUrl, AZURE_OPENAI_ENDPOINT: endpoint = "" } = settings;
  return {
    ...(baseUrl === undefined ? { endpoint } : { baseUrl }),
    apiVersion: settings.AZURE_OPENAI_API_VERSION,
    keyHeader: settings.AZURE_OPENAI_KEY_HEADER ?? "api-key",
  };
}

/** A gateway's base URL ends in the deployment's name; keys may stand in the rest of it. */
function lastSegment(baseURL: string): string {
  const { address } = splitAddress(baseURL);
  return address.split("/").findLast((segment) => segment !== "") ?? address;
}
