import type { Profile } from "../providers/catalogue.ts";
import type { Secret } from "../secrets/secret.ts";
import type { SecretStore } from "../secrets/secret-store.ts";
import { minSecretLength, redact } from "../text/redact.ts";
import { checkBedrock } from "./aws/check-bedrock.ts";
import { checkSageMaker } from "./aws/check-sagemaker.ts";
import { checkHuggingFace } from "./check-huggingface.ts";
import { checkKeyReference } from "./check-key-reference.ts";
import { checkVendor } from "./check-vendor.ts";
import { failureFinding } from "./failure-finding.ts";
import { type Examination, type Finding, notAsked } from "./finding.ts";

/**
 * Takes keys out of findings, whatever brought them there: a vendor may list a
 * model by any name. Each part of an IAM key pair counts.
 */
function redacted(findings: readonly Finding[], secrets: readonly Secret[]): Finding[] {
  const texts = secrets
    .map((secret) => secret.reveal())
    .flatMap((text) => [text, ...text.split(":")])
    .filter((text) => text.length >= minSecretLength);
  const clean = (words: string) => redact(words, texts);
  return findings.map(({ check, verdict, detail, remedy }) => ({
    check: clean(check),
    verdict,
    detail: clean(detail),
    remedy: remedy === null ? null : clean(remedy),
  }));
}

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
