import type { BedrockClient } from "@aws-sdk/client-bedrock";
import { compileModelPattern, type ModelPattern } from "../../arena-file/profile-models.ts";
import { sideBySide } from "../../async/side-by-side.ts";
import { isSameModel, normalizeModelName } from "../../data-models/model-name.ts";
import { ProviderError } from "../../errors/model-errors.ts";
import { nearestName } from "../../text/nearest-name.ts";
import { ask } from "../ask.ts";
import { shown } from "../check-models.ts";
import { failureFinding } from "../failure-finding.ts";
import { type Examination, type Finding, notAsked, ok, problem, warning } from "../finding.ts";
import type { AskAws } from "./aws-questions.ts";
import {
  type BedrockContext,
  type BedrockEntry,
  createBedrockQuestions,
  findObstacles,
  readBedrockCatalogue,
} from "./bedrock-catalogue.ts";
import { checkAwsIdentity } from "./check-aws-identity.ts";
import { obstacleFinding, unknownObstacles } from "./obstacle.ts";

/** Bedrock throttles questions about availability early. */
const atOnce = 4;
/** Matches of one glob whose availability is asked for. */
const maxMatches = 20;

/** Checks whether a glob fits models that are free to be called. */
async function checkBedrockGlob(
  { text, fits }: ModelPattern,
  context: BedrockContext,
): Promise<Finding> {
  const check = `models ${text}`;
  const callable = context.catalogue.filter(({ isCallable }) => isCallable);
  const matches = callable.filter(({ name }) => fits(normalizeModelName(name)));
  if (matches.length === 0) {
    const names = shown(callable.map(({ name }) => name)) || "none";
    return problem(check, "fits no model of this region", `Correct the glob; there are ${names}.`);
  }
  const asked = matches.slice(0, maxMatches);
  const answer = await ask(check, context.signal, () =>
    sideBySide(asked, atOnce, (entry) => findObstacles(entry, context.bedrock, context.signal)),
  );
  if (!answer.isAnswered) return unknownObstacles(answer.finding, answer.thrown);
  const free = asked.filter((_, index) => answer.value[index]?.length === 0);
  const of =
    asked.length === matches.length
      ? `${asked.length}`
      : `the first ${asked.length} of ${matches.length}`;
  if (free.length === asked.length)
    return ok(check, `${of} may be called: ${shown(free.map(({ name }) => name))}`);
  const obstacle = obstacleFinding(check, answer.value.flat().slice(0, 1));
  const say = free.length > 0 ? warning : problem;
  const rest = asked.filter((entry) => !free.includes(entry)).map(({ name }) => name);
  return say(
    check,
    `${free.length} of ${of} may be called; not ${shown(rest)}: ${obstacle.detail}`,
    obstacle.remedy ?? "",
  );
}

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
  const context = { catalogue: listed.value, bedrock, signal };
  const checked = await sideBySide(patterns, atOnce, (pattern) =>
    pattern.isGlob ? checkBedrockGlob(pattern, context) : checkBedrockModel(pattern.text, context),
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

/** Checks one allowed model or inference profile: whether it is there, by this name, and free to be called. */
async function checkBedrockModel(name: string, context: BedrockContext): Promise<Finding> {
  const check = `model ${name}`;
  const { catalogue } = context;
  const entry = catalogue.find((one) => one.name === name);
  if (!entry) return missing(check, name, catalogue);
  if (!entry.isCallable) return notCallable(check, entry, catalogue);
  const answer = await ask(check, context.signal, () =>
    findObstacles(entry, context.bedrock, context.signal),
  );
  if (!answer.isAnswered) return unknownObstacles(answer.finding, answer.thrown);
  const obstacles = answer.value;
  if (obstacles.length > 0) return obstacleFinding(check, obstacles);
  if (entry.isLegacy) {
    return warning(check, "may be called, and is at the end of its life", "Choose its successor.");
  }
  return ok(
    check,
    `${entry.kind}; may be called: agreement, authorisation, entitlement and region`,
  );
}

function missing(check: string, name: string, catalogue: readonly BedrockEntry[]): Finding {
  if (name.startsWith("arn:")) {
    return notAsked(check, "an ARN that is in no list; it is known only when it is called");
  }
  const names = catalogue.filter(({ isCallable }) => isCallable).map((entry) => entry.name);
  const other = names.find((known) => isSameModel(known, name));
  if (other !== undefined) {
    return problem(check, `is spelled ${other} there`, `Write ${other} into allowedModels.`);
  }
  const nearest = nearestName(name, names);
  const remedy = nearest === undefined ? "" : ` Did you mean ${nearest}?`;
  return problem(
    check,
    "neither a model nor an inference profile of this region",
    `Correct its name or accessInfo.region.${remedy}`,
  );
}

function notCallable(
  check: string,
  entry: BedrockEntry,
  catalogue: readonly BedrockEntry[],
): Finding {
  if (entry.kind === "inference profile") {
    return problem(check, "the inference profile is not active", "Create it again.");
  }
  const profiles = catalogue.filter(
    ({ kind, modelId, isCallable, name }) =>
      kind === "inference profile" &&
      modelId === entry.modelId &&
      isCallable &&
      !/^arn:/.test(name),
  );
  const [first] = profiles;
  const remedy = first
    ? `Write ${profiles.map(({ name }) => name).join(" or ")} into allowedModels.`
    : "Choose a model that is served on demand.";
  return problem(check, "is not served on demand by this name", remedy);
}
