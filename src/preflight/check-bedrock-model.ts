import { isSameModel } from "../data-models/model-name.ts";
import { nearestName } from "../errors/nearest-name.ts";
import { ask } from "./ask.ts";
import { findObstacles } from "./bedrock-availability.ts";
import type { BedrockEntry } from "./bedrock-catalogue.ts";
import type { BedrockShop } from "./bedrock-shop.ts";
import { type Finding, notAsked, ok, problem, warning } from "./finding.ts";
import { obstacleFinding, unknownObstacles } from "./obstacle.ts";

/** Checks one allowed model or inference profile: whether it is there, by this name, and free to be called. */
export async function checkBedrockModel(name: string, shop: BedrockShop): Promise<Finding> {
  const check = `model ${name}`;
  const { catalogue } = shop;
  const entry = catalogue.find((one) => one.name === name);
  if (!entry) return missing(check, name, catalogue);
  if (!entry.isCallable) return notCallable(check, entry, catalogue);
  const answer = await ask(check, shop.signal, () =>
    findObstacles(entry, shop.bedrock, shop.signal),
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
