import type { BedrockClient } from "@aws-sdk/client-bedrock";

/**
 * Names of the models that are called on demand and of the inference profiles,
 * those of other regions and those of one's own.
 */
export async function listBedrockModels(
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
