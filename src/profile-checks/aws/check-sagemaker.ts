import type { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { ProfileModels } from "../../arena-file/profile-models.ts";
import { sideBySide } from "../../async/side-by-side.ts";
import { ProviderError } from "../../errors/model-errors.ts";
import { redactForeign } from "../../text/redact.ts";
import { ask } from "../ask.ts";
import { failureFinding } from "../failure-finding.ts";
import { type Examination, type Finding, ok, problem, warning } from "../finding.ts";
import type { AskAws } from "./aws-questions.ts";
import { checkAwsIdentity } from "./check-aws-identity.ts";
import { checkQuotas } from "./check-quotas.ts";
import { createSageMakerQuestions, describeEndpoint, type Endpoint } from "./sagemaker-endpoint.ts";

const atOnce = 4;

/** Checks who calls SageMaker, the state of each model's endpoint, and what is left of its quota. */
export async function checkSageMaker(examination: Examination): Promise<Finding[]> {
  const { profile, signal } = examination;
  let sageMaker: AskAws<SageMakerClient>;
  try {
    sageMaker = createSageMakerQuestions(examination);
  } catch (thrown) {
    return [failureFinding("accessInfo", thrown, signal)];
  }
  const identity = await checkAwsIdentity(examination);
  const models = new ProfileModels(profile);
  const wanted = Object.entries(profile.accessInfo.endpoints ?? {}).filter(
    ([model]) => models.judge(model).isAllowed,
  );
  const described = await sideBySide(wanted, atOnce, async ([model, { name }]) => {
    const check = `model ${model}`;
    const answer = await ask(check, signal, () => describeEndpoint(name, sageMaker, signal));
    if (!answer.isAnswered)
      return { finding: withoutEndpoint(answer.finding, answer.thrown, name) };
    const finding = checkEndpoint(check, answer.value);
    return {
      finding: { ...finding, detail: `endpoint ${name}: ${finding.detail}` },
      endpoint: answer.value,
    };
  });
  const endpoints = new Map(
    described.flatMap(({ endpoint }) => (endpoint ? [[endpoint.name, endpoint]] : [])),
  );
  return [
    identity,
    ...described.map(({ finding }) => finding),
    ...(await checkQuotas([...endpoints.values()], sageMaker, examination)),
  ];
}

function withoutEndpoint(finding: Finding, thrown: unknown, name: string): Finding {
  if (!(thrown instanceof ProviderError)) return finding;
  // SageMaker calls an endpoint that is not there a wrong request.
  if (thrown.reason === "bad-request" || thrown.reason === "not-found") {
    return problem(
      finding.check,
      `no endpoint ${name} in this region`,
      "Create it, or correct its name in accessInfo.endpoints or accessInfo.region.",
    );
  }
  if (thrown.code !== "PERMISSION_DENIED") return finding;
  return warning(
    finding.check,
    `its state is not known: ${finding.detail}`,
    "Allow sagemaker:DescribeEndpoint and sagemaker:DescribeEndpointConfig to have it checked.",
  );
}

/** Says what an endpoint's state means for those who want to ask its model. */
function checkEndpoint(check: string, endpoint: Endpoint): Finding {
  const { status = "unknown", failureReason, instances } = endpoint;
  const why = redactForeign(failureReason, []);
  const said = why && `: ${why}`;
  const machines = instances.map(({ type, current }) => `${current} × ${type}`).join(", ");
  switch (status) {
    case "InService":
      return ok(check, `InService on ${machines || "no instance of its own"}`);
    case "Updating":
    case "SystemUpdating":
    case "RollingBack":
      return warning(
        check,
        `${status}; it answers meanwhile as before`,
        "Wait until it is InService before a study.",
      );
    case "Creating":
      return warning(check, "Creating; it does not answer yet", "Wait until it is InService.");
    case "Failed":
      return problem(check, `Failed${said}`, remedyOf(failureReason));
    case "UpdateRollbackFailed":
      return problem(
        check,
        `UpdateRollbackFailed${said}`,
        "Create it again; an update and its way back have failed.",
      );
    case "OutOfService":
      return problem(check, `OutOfService${said}`, "Update it, or create it again.");
    case "Deleting":
      return problem(check, "is being deleted", "Create it again, or name another endpoint.");
    default:
      return warning(check, `its state is ${status}`, "See the SageMaker console.");
  }
}

function remedyOf(failureReason: string): string {
  return /ResourceLimitExceeded|limit|quota/i.test(failureReason)
    ? "Ask Service Quotas for more instances of its type, and create it again."
    : "See its log group in CloudWatch, delete it and create it again.";
}
