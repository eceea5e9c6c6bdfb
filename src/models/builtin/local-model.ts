import type { Settings } from "../../config/settings.ts";
import { withVersion } from "../../providers/transport/with-version.ts";
import type { ModelEntry } from "../model-entry.ts";

/** A model on any server of one's own that speaks the OpenAI API. */
export const localEntry: ModelEntry = {
  description: "A model on your own server: Ollama, llama.cpp, vLLM, LM Studio",
  needs: [[["LOCAL_MODEL"]]],
  create: async (settings: Settings) => {
    const { ChatModel } = await import("./chat-model.ts");
    const model = settings.LOCAL_MODEL ?? "";
    return new ChatModel({
      modelID: model,
      model,
      provider: "self-hosted",
      accessInfo: { baseUrl: withVersion(settings.LOCAL_BASE_URL) },
      key: settings.LOCAL_API_KEY,
      settings: { key: "LOCAL_API_KEY", model: "LOCAL_MODEL", baseURL: "LOCAL_BASE_URL" },
      name: "The local model server",
      vision: settings.LOCAL_VISION,
      systemRole: settings.LOCAL_SYSTEM_ROLE ?? "system",
      privateImages: settings.PRIVATE_IMAGE_URLS,
      maxTokens: settings.LOCAL_MAX_TOKENS,
      takesPartial: settings.PARTIAL_ANSWERS,
      imageOutput: false,
    });
  },
};
