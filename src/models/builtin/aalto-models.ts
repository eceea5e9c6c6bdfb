import type { Settings } from "../../config/settings.ts";
import type { ModelEntry } from "../model-entry.ts";
import { deploymentCapabilities } from "./azure-model.ts";
import type { SystemRole } from "./chat-model-options.ts";

/** What tells one deployment behind Aalto University's gateway from the others. */
export interface AaltoFacts {
  readonly modelID: string;
  /** The deployment's address below the gateway. */
  readonly path: string;
  readonly vision: boolean;
  /** Used when AZURE_OPENAI_SYSTEM_ROLE is not set. */
  readonly systemRole?: SystemRole;
}

const gateway = "https://aalto-openai-apigw.azure-api.net/v1/openai/";

/** Creates the entry of a deployment behind Aalto's gateway, or at AZURE_OPENAI_BASE_URL. */
export function aaltoEntry({
  modelID,
  path,
  vision,
  systemRole = "system",
}: AaltoFacts): ModelEntry {
  const deployment = path.replace(/^deployments\//, "");
  return {
    description: `${deployment} behind Aalto University's gateway`,
    needs: [[["AZURE_OPENAI_API_KEY"], ["OPENAI_API_KEY"]]],
    create: async (settings: Settings) => {
      const { ChatModel } = await import("./chat-model.ts");
      // The Python template reads this key from OPENAI_API_KEY.
      const keySetting = settings.AZURE_OPENAI_API_KEY ? "AZURE_OPENAI_API_KEY" : "OPENAI_API_KEY";
      return new ChatModel({
        modelID,
        model: settings.AZURE_OPENAI_DEPLOYMENT ?? deployment,
        provider: "azure-openai",
        accessInfo: {
          baseUrl: settings.AZURE_OPENAI_BASE_URL ?? `${gateway}${path}/`,
          keyHeader: settings.AZURE_OPENAI_KEY_HEADER ?? "Ocp-Apim-Subscription-Key",
        },
        key: settings[keySetting],
        settings: {
          key: keySetting,
          model: "AZURE_OPENAI_DEPLOYMENT",
          baseURL: "AZURE_OPENAI_BASE_URL",
        },
        name: "Aalto's gateway",
        vision: settings.AZURE_OPENAI_VISION ?? vision,
        systemRole: settings.AZURE_OPENAI_SYSTEM_ROLE ?? systemRole,
        capabilities: deploymentCapabilities,
        takesPartial: settings.PARTIAL_ANSWERS,
        imageOutput: false,
      });
    },
  };
}
