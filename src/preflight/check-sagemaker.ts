import type { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { ProviderError } from "../errors/provider-error.ts";
import { ProfileModels } from "../profiles/profile-models.ts";
import { ask } from "./ask.ts";
import type { AskAws } from "./aws-questions.ts";
import { checkAwsIdentity } from "./check-aws-identity.ts";
import { checkEndpoint } from "./check-endpoint.ts";
import { checkQuotas } from "./check-quotas.ts";
import type { Examination } from "./examination.ts";
import { failureFinding } from "./failure-finding.ts";
import { type Finding, problem, warning } from "./finding.ts";
import { describeEndpoint } from "./sagemaker-endpoint.ts";
import { createSageMakerQuestions } from "./sagemaker-questions.ts";
import { sideBySide } from "./side-by-side.ts";

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
