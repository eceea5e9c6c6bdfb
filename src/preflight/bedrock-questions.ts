import type { BedrockClient } from "@aws-sdk/client-bedrock";
import { controlEndpointOf } from "../providers/bedrock-endpoint.ts";
import { importPackage } from "../providers/import-package.ts";
import { type AskAws, createAwsQuestions } from "./aws-questions.ts";
import type { Examination } from "./examination.ts";

const name = "Amazon Bedrock";

/** Prepares questions about models at Bedrock, to where the provider lists them. */
export function createBedrockQuestions(examination: Examination): AskAws<BedrockClient> {
  const endpoint = controlEndpointOf(examination.profile.accessInfo.endpointUrl);
  return createAwsQuestions(examination, name, async (options) => {
    const { BedrockClient } = await importBedrock();
    return new BedrockClient({ ...options, ...(endpoint !== undefined && { endpoint }) });
  });
}

/** @throws ProviderError that says what to install */
export function importBedrock() {
  return importPackage(name, "@aws-sdk/client-bedrock", () => import("@aws-sdk/client-bedrock"));
}
