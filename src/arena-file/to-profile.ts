import type { Profile } from "../providers/catalogue.ts";
import { catalogue } from "../providers/catalogue.ts";
import type { PartialProfile } from "./schema/profile-schema.ts";
import { writtenKeys } from "./written-keys.ts";

/**
 * The profile that was written, with older documents' forms in ours and the
 * default address filled in; undefined without a name or a provider.
 */
export function toProfile(written: PartialProfile): Profile | undefined {
  const { name, provider, allowedModels, llmModels, embeddingModels, maxTokens } = written;
  if (name === undefined || provider === undefined) return undefined;
  const { apiKey: _, ...accessInfo } = written.accessInfo ?? {};
  const { defaultBaseUrl } = catalogue[provider];
  const [key] = writtenKeys(written);
  const models = [...(allowedModels ?? []), ...(llmModels ?? []), ...(embeddingModels ?? [])];
  return {
    name,
    provider,
    accessInfo: { ...(defaultBaseUrl && { baseUrl: defaultBaseUrl }), ...accessInfo },
    ...(key && { accessKey: key.text }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(models.length > 0 && { allowedModels: [...new Set(models)] }),
  };
}
