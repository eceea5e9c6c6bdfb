import type { SageMakerClient } from "@aws-sdk/client-sagemaker";
import type { ServiceQuota, ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { sideBySide } from "../../async/side-by-side.ts";
import { ProviderError } from "../../errors/model-errors.ts";
import { importPackage } from "../../providers/transport/import-package.ts";
import { type Answer, ask } from "../ask.ts";
import { type Examination, type Finding, ok, problem, warning } from "../finding.ts";
import { type AskAws, createAwsQuestions } from "./aws-questions.ts";
import {
  describeEndpoint,
  type Endpoint,
  type Instances,
  listEndpoints,
} from "./sagemaker-endpoint.ts";

const name = "AWS Service Quotas";
const service = { ServiceCode: "sagemaker", MaxResults: 100 };

/** How many instances of a type endpoints may have altogether. */
interface InstanceQuota {
  readonly value: number;
  /** Whether it is AWS's default, because nothing else was applied to the account. */
  readonly isDefault: boolean;
}

/**
 * Looks quotas up by their names, since codes differ and are not published for
 * all types. A quota that was never applied is in the list of defaults only.
 * @throws ProviderError
 */
async function readInstanceQuotas(
  types: readonly string[],
  examination: Examination,
): Promise<ReadonlyMap<string, InstanceQuota>> {
  const { signal } = examination;
  const sdk = await importSdk();
  const quotas: AskAws<ServiceQuotasClient> = createAwsQuestions(
    examination,
    name,
    async (options) => new sdk.ServiceQuotasClient(options),
  );
  const found = new Map<string, InstanceQuota>();
  const collect = (page: readonly ServiceQuota[], isDefault: boolean) => {
    for (const { QuotaName, Value: value } of page) {
      const type = types.find((one) => QuotaName === `${one} for endpoint usage`);
      if (type !== undefined && value !== undefined && !found.has(type)) {
        found.set(type, { value, isDefault });
      }
    }
    return found.size === types.length;
  };
  await quotas("the list of quotas", async (client) => {
    const pages = sdk.paginateListServiceQuotas({ client }, service, { abortSignal: signal });
    for await (const { Quotas = [] } of pages) if (collect(Quotas, false)) return;
  });
  if (found.size === types.length) return found;
  await quotas("the list of default quotas", async (client) => {
    const pages = sdk.paginateListAWSDefaultServiceQuotas({ client }, service, {
      abortSignal: signal,
    });
    for await (const { Quotas = [] } of pages) if (collect(Quotas, true)) return;
  });
  return found;
}

function importSdk() {
  return importPackage(
    name,
    "@aws-sdk/client-service-quotas",
    () => import("@aws-sdk/client-service-quotas"),
  );
}

const atOnce = 4;
const permissions =
  "Allow servicequotas:ListServiceQuotas, servicequotas:ListAWSDefaultServiceQuotas, sagemaker:ListEndpoints, sagemaker:DescribeEndpoint and sagemaker:DescribeEndpointConfig to have quotas checked.";

/**
 * Compares what the instance types of these endpoints may have in this account
 * and region with what all endpoints have. An update in the blue/green way
 * needs an endpoint's instances once more.
 */
export async function checkQuotas(
  endpoints: readonly Endpoint[],
  sageMaker: AskAws<SageMakerClient>,
  examination: Examination,
): Promise<Finding[]> {
  const types = [...new Set(instancesOf(endpoints).map(({ type }) => type))].toSorted();
  if (types.length === 0) return [];
  const { signal } = examination;
  const quotas = await ask("quota", signal, () => readInstanceQuotas(types, examination));
  if (!quotas.isAnswered) return [notKnown(quotas)];
  const used = await ask("quota", signal, async () => {
    const names = await listEndpoints(sageMaker, signal);
    const all = await sideBySide(names, atOnce, (name) =>
      describeEndpoint(name, sageMaker, signal).catch(nullIfGone),
    );
    return all.filter((endpoint) => endpoint !== null);
  });
  if (!used.isAnswered) return [notKnown(used)];
  return types.map((type) => checkQuota(type, quotas.value.get(type), endpoints, used.value));
}

/** An endpoint may be deleted between the list and the look at it; SageMaker calls that a wrong request. */
function nullIfGone(thrown: unknown): null {
  if (thrown instanceof ProviderError && thrown.reason === "bad-request") return null;
  throw thrown;
}

/** A quota that cannot be read keeps nobody from asking the model. */
function notKnown({ finding }: Extract<Answer<unknown>, { isAnswered: false }>): Finding {
  return warning(finding.check, `not known: ${finding.detail}`, permissions);
}

function checkQuota(
  type: string,
  quota: InstanceQuota | undefined,
  own: readonly Endpoint[],
  all: readonly Endpoint[],
): Finding {
  const check = `quota ${type}`;
  if (!quota) {
    return warning(
      check,
      `Service Quotas has no "${type} for endpoint usage"`,
      "Check the instance type in the endpoint's configuration.",
    );
  }
  const used = sum(all, type, ({ current }) => current);
  const free = quota.value - used;
  // What is not running yet needs its instances first.
  const missing = sum(own, type, ({ current, desired }) => Math.max(desired - current, 0));
  const again = sum(own, type, ({ desired }) => desired);
  const kind = quota.isDefault ? "AWS's default" : "applied";
  const detail = `${used} of ${quota.value} in use (${kind}), ${free} free`;
  const more = (wanted: number) =>
    `Ask Service Quotas for "${type} for endpoint usage" of ${wanted} or more in this region.`;
  if (missing > free) {
    return problem(check, `${detail}; ${missing} more are needed`, more(used + missing));
  }
  if (again > free) {
    const update = `an update in the blue/green way needs ${again} more`;
    return warning(check, `${detail}; ${update}`, more(used + again));
  }
  return ok(check, detail);
}

function instancesOf(endpoints: readonly Endpoint[]): readonly Instances[] {
  return endpoints.flatMap(({ instances }) => instances);
}

function sum(
  endpoints: readonly Endpoint[],
  type: string,
  count: (instances: Instances) => number,
): number {
  return instancesOf(endpoints)
    .filter((instances) => instances.type === type)
    .reduce((total, instances) => total + count(instances), 0);
}
