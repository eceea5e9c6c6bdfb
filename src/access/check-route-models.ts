import type { Mistake } from "../arena-file/mistakes/mistake.ts";
import { compileModelPattern } from "../arena-file/profile-models.ts";
import type { RouteConfig } from "../routing/plan/route-config.ts";
import { shownText } from "../text/shown-text.ts";
import type { ModelRules } from "./route-accesses.ts";

/** Finds models that a route asks for at whoever has them, and that no profile has, for anybody. */
export function checkRouteModels(routes: readonly RouteConfig[], rules: ModelRules): Mistake[] {
  return routes.flatMap((route, index) => {
    const path = ["routes", index];
    return [
      ...("model" in route ? modelMistakes(route.model, rules, [...path, "model"]) : []),
      ...route.fallbackModels.flatMap((model, place) =>
        modelMistakes(model, rules, [...path, "fallbackModels", place]),
      ),
    ];
  });
}

function modelMistakes(model: string, rules: ModelRules, path: Mistake["path"]): Mistake[] {
  // A glob is a mistake of its own, and fits itself.
  if (compileModelPattern(model).isGlob || rules.has(model)) return [];
  const message = `no profile has the model ${shownText(model)}. ${rules.allowedInstead(model)} Correct the name, or add it to the allowedModels of a profile that has it`;
  return [{ path, message }];
}
