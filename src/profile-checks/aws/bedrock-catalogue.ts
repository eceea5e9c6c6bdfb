import type {
  BedrockClient,
  FoundationModelSummary,
  GetFoundationModelAvailabilityResponse,
  InferenceProfileSummary,
} from "@aws-sdk/client-bedrock";
import { importPackage } from "../../providers/transport/import-package.ts";
import { controlEndpointOf } from "../../providers/vendors/bedrock/bedrock-models.ts";
import { redactForeign } from "../../text/redact.ts";
import type { Examination } from "../finding.ts";
import { type AskAws, createAwsQuestions } from "./aws-questions.ts";
import type { Obstacle } from "./obstacle.ts";

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
function importBedrock() {
  return importPackage(name, "@aws-sdk/client-bedrock", () => import("@aws-sdk/client-bedrock"));
}

/** Asks what stands between this account and a model; nothing does when the list is empty. */
export async function findObstacles(
  entry: BedrockEntry,
  bedrock: AskAws<BedrockClient>,
  signal: AbortSignal,
): Promise<readonly Obstacle[]> {
  const { GetFoundationModelAvailabilityCommand } = await importBedrock();
  const { modelId } = entry;
  const answer = await bedrock(modelId, (client) =>
    client.send(new GetFoundationModelAvailabilityCommand({ modelId }), { abortSignal: signal }),
  );
  return [
    ...agreementObstacles(answer, modelId),
    ...(answer.authorizationStatus === "NOT_AUTHORIZED" ? [notAuthorized] : []),
    ...(answer.entitlementAvailability === "NOT_AVAILABLE" ? [notEntitled(modelId)] : []),
    // A profile across regions calls the model where it is.
    ...(answer.regionAvailability === "NOT_AVAILABLE" && entry.kind === "model" ? [notHere] : []),
  ];
}

function agreementObstacles(
  { agreementAvailability }: GetFoundationModelAvailabilityResponse,
  modelId: string,
): Obstacle[] {
  const said = redactForeign(agreementAvailability?.errorMessage ?? "", []);
  switch (agreementAvailability?.status) {
    case "PENDING":
      return [
        {
          reason: "the account's agreement with its vendor is being made",
          remedy: "Wait; it takes up to 15 minutes.",
          mayPass: true,
        },
      ];
    case "NOT_AVAILABLE":
      return [
        {
          reason: "the account has no agreement with its vendor",
          remedy: `The first call makes it: give the role aws-marketplace:Subscribe and aws-marketplace:ViewSubscriptions, and the account a valid payment method${formOf(modelId)}. Call it once, up to 15 minutes before.`,
          mayPass: true,
        },
      ];
    case "ERROR":
      return [
        {
          reason: `the agreement with its vendor failed${said && `: ${said}`}`,
          remedy: `Check the account's payment method and the role's aws-marketplace permissions${formOf(modelId)}.`,
          mayPass: false,
        },
      ];
    default:
      return [];
  }
}

/** Anthropic alone asks what its models are for. */
function formOf(modelId: string): string {
  return modelId.includes("anthropic.") ? "; send Anthropic's form about the use case" : "";
}

const notAuthorized: Obstacle = {
  reason: "this identity is not authorised to call it",
  remedy:
    "Allow bedrock:InvokeModel and bedrock:InvokeModelWithResponseStream on it, and see whether a policy of the organisation denies it.",
  mayPass: false,
};

function notEntitled(modelId: string): Obstacle {
  return {
    reason: "the account is not entitled to it",
    remedy: `Let an identity with aws-marketplace:Subscribe call it once${formOf(modelId)}; in an organisation see whether its Marketplace allows it.`,
    mayPass: false,
  };
}

const notHere: Obstacle = {
  reason: "it is not in this region",
  remedy: "Name another region in accessInfo.region, or an inference profile across regions.",
  mayPass: false,
};

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

/** What Bedrock has in a region, and how more is asked of it. */
export interface BedrockContext {
  readonly catalogue: readonly BedrockEntry[];
  readonly bedrock: AskAws<BedrockClient>;
  readonly signal: AbortSignal;
}
