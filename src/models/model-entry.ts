import type { Settings } from "../config/settings.ts";
import type { Logger } from "../data-models/request-context.ts";
import type { AIModel } from "./ai-model.ts";

/** The name of a setting. */
export type SettingName = keyof Settings;

/** What must be set, in one of several ways; a way is settings that go together. */
export type Need = readonly (readonly SettingName[])[];

/** A model that MODEL can name. */
export interface ModelEntry {
  /** One line for people who choose. */
  readonly description: string;
  readonly needs: readonly Need[];
  /** Builds the model; what is heavy is imported here or in the model's `start`, never before. */
  readonly create: (settings: Settings, logger: Logger) => Promise<AIModel>;
}
