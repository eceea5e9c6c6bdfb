import { isSameModel, normalizeModelName } from "../../data-models/model-name.ts";
import type { AccessInfo } from "../../providers/provider-access.ts";
import { compileModelPattern } from "../profile-models.ts";
import type { PartialProfile } from "../schema/profile-schema.ts";
import type { Mistake } from "./mistake.ts";
import { twinMistakes } from "./name-mistakes.ts";

/** What is wrong with a profile's models: two lists for one thing, a model twice, one that is nowhere. */
export function checkModels(profile: PartialProfile): Mistake[] {
  const { deployments = {}, endpoints = {} } = profile.accessInfo ?? {};
  return [
    ...twinMistakes(Object.keys(deployments), ["accessInfo", "deployments"]),
    ...twinMistakes(Object.keys(endpoints), ["accessInfo", "endpoints"]),
    ...checkAllowed(profile),
  ];
}

function checkAllowed(profile: PartialProfile): Mistake[] {
  const { allowedModels, llmModels, embeddingModels, accessInfo } = profile;
  const later = llmModels ? "llmModels" : embeddingModels ? "embeddingModels" : null;
  if (allowedModels && later) {
    const message = "stands there beside allowedModels, and both say the same; keep one";
    return [{ path: [later], message }];
  }
  return Object.entries({ allowedModels, llmModels, embeddingModels }).flatMap(
    ([key, models = []]) =>
      models.flatMap((model, index) => {
        const twin = models.findIndex((other) => isSameModel(other, model));
        const message =
          twin < index
            ? `names the same as ${key}[${twin}]; keep one`
            : endpointProblem(model, accessInfo?.endpoints);
        return message ? [{ path: [key, index], message }] : [];
      }),
  );
}

function endpointProblem(model: string, endpoints: AccessInfo["endpoints"]): string | null {
  if (!endpoints) return null;
  const { fits } = compileModelPattern(model);
  if (Object.keys(endpoints).some((name) => fits(normalizeModelName(name)))) return null;
  return "has no endpoint; add it to accessInfo.endpoints, or take it away";
}
