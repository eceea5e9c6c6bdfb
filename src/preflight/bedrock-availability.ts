import type {
  BedrockClient,
  GetFoundationModelAvailabilityResponse,
} from "@aws-sdk/client-bedrock";
import { withoutSecrets } from "../providers/without-secrets.ts";
import type { AskAws } from "./aws-questions.ts";
import type { BedrockEntry } from "./bedrock-catalogue.ts";
import { importBedrock } from "./bedrock-questions.ts";
import type { Obstacle } from "./obstacle.ts";

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
  const said = withoutSecrets(agreementAvailability?.errorMessage ?? "", []);
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
