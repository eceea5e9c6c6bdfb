import type { ModelEntry } from "../model-entry.ts";

/** A route of `arena.yaml`. */
export const routedEntry: ModelEntry = {
  description: "A route of arena.yaml: the cheapest, the fastest or the first that answers",
  needs: [[["ROUTE"]]],
  create: async (settings, logger) =>
    (await import("./create-routed-model.ts")).createRoutedModel(settings, logger),
};
