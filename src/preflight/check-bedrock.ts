import type { BedrockClient } from "@aws-sdk/client-bedrock";
import { ProviderError } from "../errors/provider-error.ts";
import { compileModelPattern } from "../profiles/model-pattern.ts";
import { ask } from "./ask.ts";
import type { AskAws } from "./aws-questions.ts";
import { readBedrockCatalogue } from "./bedrock-catalogue.ts";
import { createBedrockQuestions } from "./bedrock-questions.ts";
import { checkAwsIdentity } from "./check-aws-identity.ts";
import { checkBedrockGlob } from "./check-bedrock-glob.ts";
import { checkBedrockModel } from "./check-bedrock-model.ts";
import { shown } from "./check-models.ts";
import type { Examination } from "./examination.ts";
import { failureFinding } from "./failure-finding.ts";
import { type Finding, notAsked, ok, warning } from "./finding.ts";
import { sideBySide } from "./side-by-side.ts";

/** Bedrock throttles questions about availability early. */
const atOnce = 4;

/** Checks who calls Bedrock, whether it takes the key, and what stands before each allowed model. */
export async function checkBedrock(examination: Examination): Promise<Finding[]> {
  const { profile, signal } = examination;
  let bedrock: AskAws<BedrockClient>;
  try {
    bedrock = createBedrockQuestions(examination);
  } catch (thrown) {
    return [failureFinding("accessInfo", thrown, signal)];
  }
  const identity = await checkAwsIdentity(examination);
  const listed = await ask("key", signal, () =>
    bedrock("the lists of models", (client) => readBedrockCatalogue(client, signal)),
  );
  if (!listed.isAnswered) return [identity, mayNotList(listed.finding, listed.thrown)];
  const names = listed.value.filter(({ isCallable }) => isCallable).map(({ name }) => name);
  const key = ok(
    "key",
    `taken; asked for the lists of models and inference profiles: ${names.length}`,
  );
  const patterns = (profile.allowedModels ?? []).map(compileModelPattern);
  const shop = { catalogue: listed.value, bedrock, signal };
  const checked = await sideBySide(patterns, atOnce, (pattern) =>
    pattern.isGlob ? checkBedrockGlob(pattern, shop) : checkBedrockModel(pattern.text, shop),
  );
  const all = notAsked(
    "models",
    `allows all that are listed: ${shown(names)}`,
    "Name models in allowedModels to have their availability asked for.",
  );
  return [identity, key, ...(patterns.length === 0 ? [all] : checked)];
}

/** A role that may call models need not be one that may list them. */
function mayNotList(finding: Finding, thrown: unknown): Finding {
  if (!(thrown instanceof ProviderError) || thrown.code !== "PERMISSION_DENIED") return finding;
  return warning(
    finding.check,
    finding.detail,
    "Allow bedrock:ListFoundationModels, bedrock:ListInferenceProfiles and bedrock:GetFoundationModelAvailability to have the models checked.",
  );
}
