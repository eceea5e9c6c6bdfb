import type { Settings } from "../../config/settings.ts";
import type { ModelEntry } from "../model-entry.ts";
import type { SystemRole } from "./chat-model-options.ts";

/** What tells one of OpenAI's models from the others. */
export interface OpenAIFacts {
  readonly description: string;
  readonly modelID: string;
  /** Asked when OPENAI_MODEL is not set. */
  readonly model: string;
  readonly vision: boolean;
  /** Used when OPENAI_SYSTEM_ROLE is not set. */
  readonly systemRole: SystemRole;
}

/** Creates the entry of a model at OpenAI, or at OPENAI_BASE_URL. */
export function openAIEntry({ description, modelID, vision, ...facts }: OpenAIFacts): ModelEntry {
  return {
    description,
    needs: [[["OPENAI_API_KEY"]]],
    create: async (settings: Settings) => {
      const { ChatModel } = await import("./chat-model.ts");
      const baseUrl = settings.OPENAI_BASE_URL;
      return new ChatModel({
        modelID,
        model: settings.OPENAI_MODEL ?? facts.model,
        provider: "openai",
        accessInfo: baseUrl === undefined ? {} : { baseUrl },
        key: settings.OPENAI_API_KEY,
        settings: { key: "OPENAI_API_KEY", model: "OPENAI_MODEL", baseURL: "OPENAI_BASE_URL" },
        vision,
        systemRole: settings.OPENAI_SYSTEM_ROLE ?? facts.systemRole,
        privateImages: settings.PRIVATE_IMAGE_URLS,
        takesPartial: settings.PARTIAL_ANSWERS,
        imageOutput: settings.OPENAI_IMAGE_OUTPUT,
      });
    },
  };
}
