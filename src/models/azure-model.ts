import type { Settings } from "../config/settings.ts";
import type { ModelEntry } from "./model-entry.ts";

/** A deployment of Azure OpenAI, asked at its resource or behind a gateway. */
export const azureEntry: ModelEntry = {
  description: "A deployment of Azure OpenAI, or behind an API-management gateway",
  needs: [
    [["AZURE_OPENAI_API_KEY"]],
    [["AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_DEPLOYMENT"], ["AZURE_OPENAI_BASE_URL"]],
  ],
  create: async (settings: Settings) => {
    const { ChatModel } = await import("./chat-model.ts");
    const key = settings.AZURE_OPENAI_API_KEY;
    const baseURL = settings.AZURE_OPENAI_BASE_URL ?? deploymentURL(settings);
    const model = settings.AZURE_OPENAI_DEPLOYMENT ?? lastSegment(baseURL);
    return new ChatModel({
      provider: "Azure OpenAI",
      modelID: model,
      model,
      baseURL,
      // Azure's undated API, /openai/v1, refuses a date.
      query: /\/v1\/?$/.test(baseURL) ? {} : { "api-version": settings.AZURE_OPENAI_API_VERSION },
      keyHeader:
        key === undefined
          ? undefined
          : { name: settings.AZURE_OPENAI_KEY_HEADER ?? "api-key", key },
      vision: settings.AZURE_OPENAI_VISION ?? false,
      systemRole: settings.AZURE_OPENAI_SYSTEM_ROLE ?? "system",
      imageOutput: false,
      settings: {
        key: "AZURE_OPENAI_API_KEY",
        model: "AZURE_OPENAI_DEPLOYMENT",
        baseURL:
          settings.AZURE_OPENAI_BASE_URL === undefined
            ? "AZURE_OPENAI_ENDPOINT"
            : "AZURE_OPENAI_BASE_URL",
      },
    });
  },
};

function deploymentURL(settings: Settings): string {
  const endpoint = settings.AZURE_OPENAI_ENDPOINT?.replace(/\/+$/, "") ?? "";
  return `${endpoint}/openai/deployments/${encodeURIComponent(settings.AZURE_OPENAI_DEPLOYMENT ?? "")}`;
}

/** A gateway's base URL ends in the deployment's name. */
function lastSegment(baseURL: string): string {
  return baseURL.split("/").findLast((segment) => segment !== "") ?? baseURL;
}
