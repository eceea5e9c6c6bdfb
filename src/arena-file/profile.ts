import type { ProviderName } from "../providers/catalogue.ts";
import type { ProviderProfile } from "../providers/provider-access.ts";

export { type ProviderName, providerNames } from "../providers/catalogue.ts";
export type { AccessInfo } from "../providers/provider-access.ts";

/** A profile as `arena.yaml` has it: of a provider that is known. */
export type Profile = ProviderProfile<ProviderName>;
