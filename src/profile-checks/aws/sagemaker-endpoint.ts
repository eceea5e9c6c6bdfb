import type { EndpointStatus, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { importPackage } from "../../providers/transport/import-package.ts";
import type { Examination } from "../finding.ts";
import { type AskAws, createAwsQuestions } from "./aws-questions.ts";

const name = "Amazon SageMaker";

/** Prepares questions about endpoints; `accessInfo.endpointUrl` is the runtime's, which knows nothing of them. */
export function createSageMakerQuestions(examination: Examination): AskAws<SageMakerClient> {
  return createAwsQuestions(examination, name, async (options) => {
    const { SageMakerClient } = await importSageMaker();
    return new SageMakerClient(options);
  });
}

/** @throws ProviderError that says what to install */
function importSageMaker() {
  return importPackage(
    name,
    "@aws-sdk/client-sagemaker",
    () => import("@aws-sdk/client-sagemaker"),
  );
}

/** The machines of one of an endpoint's variants. */
export interface Instances {
  /** Such as `ml.g5.12xlarge`. */
  readonly type: string;
  readonly current: number;
  readonly desired: number;
}

/** An endpoint as it is now. */
export interface Endpoint {
  readonly name: string;
  readonly status: EndpointStatus | undefined;
  /** Why it failed, in AWS's words. */
  readonly failureReason: string;
  /** Serverless variants have none. */
  readonly instances: readonly Instances[];
}

/** Reads an endpoint's state, and what it runs on out of its configuration. @throws ProviderError */
export async function describeEndpoint(
  name: string,
  sageMaker: AskAws<SageMakerClient>,
  signal: AbortSignal,
): Promise<Endpoint> {
  const { DescribeEndpointCommand, DescribeEndpointConfigCommand } = await importSageMaker();
  const options = { abortSignal: signal };
  const endpoint = await sageMaker(name, (client) =>
    client.send(new DescribeEndpointCommand({ EndpointName: name }), options),
  );
  const {
    EndpointConfigName,
    EndpointStatus: status,
    FailureReason: failureReason = "",
  } = endpoint;
  // A failed one may have lost its configuration.
  if (EndpointConfigName === undefined) return { name, status, failureReason, instances: [] };
  const config = await sageMaker(`the configuration of ${name}`, (client) =>
    client.send(new DescribeEndpointConfigCommand({ EndpointConfigName }), options),
  );
  const variants = [
    ...(config.ProductionVariants ?? []),
    ...(config.ShadowProductionVariants ?? []),
  ];
  const states = [
    ...(endpoint.ProductionVariants ?? []),
    ...(endpoint.ShadowProductionVariants ?? []),
  ];
  const instances = variants.flatMap(({ VariantName, InstanceType, InitialInstanceCount = 0 }) => {
    if (InstanceType === undefined) return [];
    const state = states.find((one) => one.VariantName === VariantName);
    const desired = state?.DesiredInstanceCount ?? InitialInstanceCount;
    return [{ type: InstanceType, desired, current: state?.CurrentInstanceCount ?? 0 }];
  });
  return { name, status, failureReason, instances };
}

/** Names of all endpoints of the region, from every page of the list. @throws ProviderError */
export async function listEndpoints(
  sageMaker: AskAws<SageMakerClient>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { paginateListEndpoints } = await importSageMaker();
  return sageMaker("the list of endpoints", async (client) => {
    const names: string[] = [];
    const pages = paginateListEndpoints({ client }, { MaxResults: 100 }, { abortSignal: signal });
    for await (const { Endpoints = [] } of pages) {
      names.push(...Endpoints.flatMap(({ EndpointName }) => EndpointName ?? []));
    }
    return names;
  });
}
