import type { SchemeName } from "./registry.ts";

/** A reference that has a valid form. Where it leads is known only once its vault was asked. */
export interface SecretReference {
  readonly scheme: SchemeName;
  /** What names the document: the parts in their order. */
  readonly address: readonly string[];
  /** The key within the document; null when the whole text is meant. */
  readonly key: string | null;
  /** As it was written, for people. */
  readonly description: string;
}
