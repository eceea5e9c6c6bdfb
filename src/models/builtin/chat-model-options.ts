import type { ModelDefinition } from "../../data-models/task.ts";
import type { ProviderName } from "../../providers/catalogue.ts";
import type { Capabilities } from "../../providers/provider.ts";
import type { AccessInfo } from "../../providers/provider-access.ts";
import type { SettingName } from "../model-entry.ts";

/** How a provider is told of a system message; `user` for models that know no such role. */
export type SystemRole = "system" | "developer" | "user";

/** A model that settings describe: which provider, how it is reached, what to ask of it. */
export interface ChatModelOptions {
  readonly modelID: ModelDefinition["modelID"];
  /** The model's name at the provider. */
  readonly model: string;
  readonly provider: ProviderName;
  readonly accessInfo: AccessInfo;
  /** Without it no key is sent. */
  readonly key: string | undefined;
  /** The settings that a person changes when the provider refuses. */
  readonly settings: {
    readonly key: SettingName;
    readonly model: SettingName;
    readonly baseURL: SettingName;
  };
  /** The provider's name, where people know it by another one. */
  readonly name?: string;
  /** Whether the model can see images. */
  readonly vision: boolean;
  /**
   * Role of system messages. LangChain sends `developer` for `system` where the
   * model's name is that of an o-series or gpt-5 model.
   */
  readonly systemRole: SystemRole;
  /** What the model can do, where its name does not say it. */
  readonly capabilities?: Partial<Capabilities>;
  /** Whether a server of one's own may be sent images' addresses in private networks. */
  readonly privateImages?: boolean;
  /** The longest answer, in tokens; without it the provider's own limit. */
  readonly maxTokens?: number | undefined;
  /** Whether what came of an answer before the deadline is delivered. */
  readonly takesPartial: boolean;
  /** Whether the model may draw; then it is asked over /responses. */
  readonly imageOutput: boolean;
}
