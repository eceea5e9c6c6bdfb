import { readEnvironment } from "../../config/environment.ts";
import type { Settings } from "../../config/settings.ts";
import type { AIModel } from "../../models/ai-model.ts";
import { createModel } from "../../models/registry.ts";

/** Where a replay gets its settings, its model and its end from. */
export interface ReplayWorld {
  readonly readSettings: () => Settings;
  /** @throws ConfigurationError when the model cannot be built */
  readonly createModel: (settings: Settings) => Promise<AIModel>;
  /** Calls back once at Ctrl-C, unless the returned function was called before. */
  readonly onInterrupt: (interrupt: () => void) => () => void;
}

/** The world as this process finds it. */
export const processWorld: ReplayWorld = {
  readSettings: () => readEnvironment(),
  createModel: (settings) => createModel(settings),
  // A second Ctrl-C finds nobody who listens, and ends the process.
  onInterrupt: (interrupt) => {
    process.once("SIGINT", interrupt);
    return () => process.off("SIGINT", interrupt);
  },
};
