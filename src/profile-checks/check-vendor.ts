import { ProviderError } from "../errors/model-errors.ts";
import type { Provider } from "../providers/provider.ts";
import { createProvider } from "../providers/registry.ts";
import { ask } from "./ask.ts";
import { checkModels, type ListedModels } from "./check-models.ts";
import { failureFinding } from "./failure-finding.ts";
import type { Examination } from "./finding.ts";
import { type Finding, ok, warning } from "./finding.ts";

/**
 * Asks a vendor, or a server of one's own, for the list of its models, which
 * shows whether it takes the key, and looks for the allowed ones. Who has no
 * such list is asked for one word.
 * @param check what an answer proves: the key, or for a public list only that somebody is there
 */
export async function checkVendor(examination: Examination, check: string): Promise<Finding[]> {
  const { profile, keys, signal } = examination;
  let provider: Provider;
  try {
    provider = createProvider(profile, keys);
  } catch (thrown) {
    return [failureFinding("accessInfo", thrown, signal)];
  }
  const { listModels } = provider;
  if (!listModels) return checkModels(provider, examination, nobodyLists);
  const answer = await ask(check, signal, () => listModels({ signal }));
  if (answer.isAnswered) {
    const names = answer.value;
    const isProof = profile.provider !== "azure-openai";
    const heading = ok(
      check,
      `taken; asked for the list of models${isProof ? `: ${names.length}` : ""}`,
    );
    return [
      keys === null
        ? { ...heading, detail: `answers; models in its list: ${names.length}` }
        : heading,
      ...(await checkModels(provider, examination, isProof ? { names } : deploymentsAreNotListed)),
    ];
  }
  if (!isOnlyTheList(answer.thrown, examination)) return [answer.finding];
  const finding = noList(check, answer.finding, answer.thrown);
  return [finding, ...(await checkModels(provider, examination, nobodyLists))];
}

function noList(check: string, { detail, remedy }: Finding, { code }: ProviderError): Finding {
  const problem = "the list of models cannot be had";
  return code === "NOT_FOUND"
    ? warning(check, `${problem}: ${detail}`, remedy ?? "Check accessInfo.")
    : warning(check, `${problem} with this key`, "Let the key list models.");
}

const nobodyLists: ListedModels = { names: null, why: "there is no list of models" };
const deploymentsAreNotListed: ListedModels = {
  names: null,
  why: "no list tells which deployments there are",
};

/** A restricted key may ask models and not list them; gateways often have no list. KubeAI has one. */
function isOnlyTheList(thrown: unknown, { profile, signal }: Examination): thrown is ProviderError {
  if (signal.aborted || !(thrown instanceof ProviderError)) return false;
  if (thrown.code === "NOT_FOUND") return profile.provider !== "kubeai";
  return thrown.code === "PERMISSION_DENIED";
}
