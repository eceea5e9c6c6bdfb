import type { ModelDefinition } from "../data-models/model-definition.ts";
import type { KeyHeader } from "../providers/keyed-fetch.ts";
import type { SettingName } from "./model-entry.ts";

/** How a provider is told of a system message; `user` for models that know no such role. */
export type SystemRole = "system" | "developer" | "user";

/** A server that speaks the OpenAI API, and what to ask of it. */
export interface ChatModelOptions {
  /** The provider's name, as people know it. */
  readonly provider: string;
  readonly modelID: ModelDefinition["modelID"];
  /** The model's name at the provider. */
  readonly model: string;
  readonly baseURL: string;
  /** Sent with every request, such as Azure's api-version. */
  readonly query: Readonly<Record<string, string>>;
  /** Without it no key is sent. */
  readonly keyHeader: KeyHeader | undefined;
  /** Whether the model can see images. */
  readonly vision: boolean;
  /**
   * Role of system messages. LangChain sends `developer` for `system` where the
   * model's name is that of an o-series or gpt-5 model.
   */
  readonly systemRole: SystemRole;
  /** Whether the model may draw; then it is asked over /responses. */
  readonly imageOutput: boolean;
  /** The settings that a person changes when the provider refuses. */
  readonly settings: {
    readonly key: SettingName;
    readonly model: SettingName;
    readonly baseURL: SettingName;
  };
}
