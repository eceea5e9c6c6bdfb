import type { ServiceQuota, ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { importPackage } from "../providers/import-package.ts";
import { type AskAws, createAwsQuestions } from "./aws-questions.ts";
import type { Examination } from "./examination.ts";

const name = "AWS Service Quotas";
const service = { ServiceCode: "sagemaker", MaxResults: 100 };

/** How many instances of a type endpoints may have altogether. */
export interface InstanceQuota {
  readonly value: number;
  /** Whether it is AWS's default, because nothing else was applied to the account. */
  readonly isDefault: boolean;
}

/**
 * Looks quotas up by their names, since codes differ and are not published for
 * all types. A quota that was never applied is in the list of defaults only.
 * @throws ProviderError
 */
export async function readInstanceQuotas(
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
