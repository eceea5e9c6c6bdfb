import type { Profile } from "../profiles/profile.ts";
import type { SecretStore } from "../secrets/secret-store.ts";
import { checkBedrock } from "./check-bedrock.ts";
import { checkHuggingFace } from "./check-huggingface.ts";
import { checkKeyReference } from "./check-key-reference.ts";
import { checkSageMaker } from "./check-sagemaker.ts";
import { checkVendor } from "./check-vendor.ts";
import type { Examination } from "./examination.ts";
import { failureFinding } from "./failure-finding.ts";
import { type Finding, notAsked } from "./finding.ts";
import { redacted } from "./redacted.ts";

/** What examining takes beside the profile; see `Examination`. */
export interface ExaminationMeans extends Pick<Examination, "signal" | "environment"> {
  readonly store: SecretStore;
}

/** Examines one profile, from its key to its models, within the signal's time. Never throws. */
export async function examineProfile(
  profile: Profile,
  { store, signal, environment }: ExaminationMeans,
): Promise<readonly Finding[]> {
  const { finding, isUsable, keys, secrets } = await checkKeyReference(profile, store, signal);
  if (!isUsable)
    return [finding, notAsked("key", "there is none"), notAsked("models", "not without a key")];
  const examination = { profile, keys, signal, environment };
  const findings = await checkProvider(examination).catch((thrown: unknown) => [
    failureFinding("examination", thrown, signal),
  ]);
  return redacted([finding, ...findings], secrets);
}

async function checkProvider(examination: Examination): Promise<Finding[]> {
  switch (examination.profile.provider) {
    case "bedrock":
      return checkBedrock(examination);
    case "sagemaker":
      return checkSageMaker(examination);
    case "huggingface":
      return checkHuggingFace(examination);
    default:
      return checkVendor(examination, examination.keys === null ? "server" : "key");
  }
}
