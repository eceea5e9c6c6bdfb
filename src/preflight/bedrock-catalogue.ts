import type {
  BedrockClient,
  FoundationModelSummary,
  InferenceProfileSummary,
} from "@aws-sdk/client-bedrock";
import { importBedrock } from "./bedrock-questions.ts";

/** A name that Bedrock can be called with in a region, and what stands behind it. */
export interface BedrockEntry {
  readonly name: string;
  readonly kind: "model" | "inference profile";
  /** The foundation model's own id, which availability is asked for. */
  readonly modelId: string;
  /** Whether it can be called by this name; some models are called by inference profiles only. */
  readonly isCallable: boolean;
  readonly isLegacy: boolean;
}

/** All foundation models and inference profiles of the region, from every page of the lists. */
export async function readBedrockCatalogue(
  client: BedrockClient,
  signal: AbortSignal,
): Promise<readonly BedrockEntry[]> {
  const { ListFoundationModelsCommand, paginateListInferenceProfiles } = await importBedrock();
  const { modelSummaries = [] } = await client.send(new ListFoundationModelsCommand({}), {
    abortSignal: signal,
  });
  const entries = modelSummaries.flatMap(toEntry);
  const pages = paginateListInferenceProfiles({ client }, {}, { abortSignal: signal });
  for await (const { inferenceProfileSummaries = [] } of pages) {
    entries.push(...inferenceProfileSummaries.flatMap(toEntries));
  }
  return entries;
}

function toEntry(summary: FoundationModelSummary): BedrockEntry[] {
  const { modelId, inferenceTypesSupported = [], modelLifecycle } = summary;
  if (modelId === undefined) return [];
  const isLegacy = modelLifecycle?.status === "LEGACY";
  const isCallable = inferenceTypesSupported.includes("ON_DEMAND");
  return [{ name: modelId, kind: "model", modelId, isCallable, isLegacy }];
}

/** A profile may be called by its id and by its ARN. */
function toEntries(summary: InferenceProfileSummary): BedrockEntry[] {
  const { inferenceProfileId, inferenceProfileArn, models = [], status } = summary;
  const modelId = models[0]?.modelArn?.split("/").at(-1) ?? "";
  const names = [inferenceProfileId, inferenceProfileArn].filter((name) => name !== undefined);
  return names.map((name) => ({
    name,
    kind: "inference profile",
    modelId,
    isCallable: status === "ACTIVE",
    isLegacy: false,
  }));
}
