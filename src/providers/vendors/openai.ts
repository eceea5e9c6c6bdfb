import type { ChatRequest } from "../../data-models/chat.ts";
import { refusedRequest } from "../errors/refused-request.ts";
import { refusePrivateImages } from "../image-urls.ts";
import { createOpenAILike } from "../openai-form/openai-like.ts";
import { openAICapabilities, responsesOnly } from "../openai-form/openai-model-facts.ts";
import type { Capabilities, Provider } from "../provider.ts";
import type { ProviderAccess } from "../provider-access.ts";

const name = "OpenAI";

/** Creates the provider of OpenAI's own models. */
export function createOpenAI(access: ProviderAccess): Provider {
  return createOpenAILike({
    name,
    access,
    baseURL: access.profile.accessInfo.baseUrl ?? "https://api.openai.com/v1",
    capabilities,
    // The first reasoning models knew no system messages.
    messageStyle: (model) => ({
      developerRole: true,
      ...(/^o1-(mini|preview)/.test(model) && { systemRole: "user" }),
    }),
    chat: (model, request) => {
      refuseWhatResponsesLack(request);
      // OpenAI itself has nothing of ours in its network.
      if (access.profile.accessInfo.baseUrl !== undefined) {
        refusePrivateImages(name, request, access);
      }
      return { useResponses: responsesOnly.test(model) };
    },
  });
}

function capabilities(model: string): Capabilities {
  return { ...openAICapabilities(model), imageOutput: !/embed/.test(model) };
}

/** Who draws is asked over the Responses API. */
function refuseWhatResponsesLack({ imageOutput, stop, seed }: ChatRequest): void {
  if (imageOutput && (stop !== undefined || seed !== undefined)) {
    throw refusedRequest(
      name,
      "a model that draws takes neither stop nor seed. Leave them out, or do not ask for drawings.",
    );
  }
}
