import type { Logger } from "../data-models/request-context.ts";
import { SecretError } from "../errors/route-errors.ts";
import { awsIdentitySource } from "./aws-identity.ts";
import { CachedDocument, type CacheTimes } from "./cached-document.ts";
import { parseKey } from "./parse-key.ts";
import { parseReference } from "./parse-reference.ts";
import { ProviderKeys } from "./provider-keys.ts";
import { type SchemeName, secretSchemes } from "./registry.ts";
import { ResolvedSource } from "./resolved-source.ts";
import type { SecretReference } from "./secret-reference.ts";
import type { ResolverOptions, SecretResolver, SecretScheme } from "./secret-scheme.ts";
import type { SecretSource } from "./secret-source.ts";
import { fixedSource } from "./secret-source.ts";

/** What a store works with. `times` may leave out what shall be as usual. */
export interface SecretStoreOptions extends ResolverOptions {
  readonly logger: Logger;
  readonly times?: Partial<CacheTimes>;
}

const usualTimes: CacheTimes = {
  ttlMs: 300_000,
  callTimeoutMs: 10_000,
  retryAfterMs: 5000,
  refusalIntervalMs: 10_000,
};

/**
 * Makes sources of keys out of what a profile says. References to the same
 * document share one copy of it; nothing is asked of a vault before the first
 * `get` of a source.
 */
export class SecretStore {
  readonly #options: SecretStoreOptions;
  readonly #times: CacheTimes;
  readonly #resolvers = new Map<SchemeName, SecretResolver>();
  readonly #documents = new Map<string, CachedDocument>();
  readonly #sources = new Map<string, SecretSource>();

  constructor(options: SecretStoreOptions) {
    this.#options = options;
    this.#times = { ...usualTimes, ...options.times };
  }

  /** The source of an access key: a reference, or the key itself. @throws SecretError when it is neither */
  source(text: string): SecretSource {
    const parsed = parseKey(text);
    switch (parsed.kind) {
      case "text":
        return fixedSource("text", parsed.secret);
      case "problem":
        throw new SecretError("accessKey", "invalid", parsed.message);
      case "reference":
        return this.#resolvedSource(parsed.reference);
    }
  }

  /**
   * The keys of one provider in the secret that `keysFrom` names.
   * @param scope the names that are the provider's; one that ends with `*` stands for all that begin so
   * @throws SecretError when the text is no reference to a whole secret
   */
  keysFrom(text: string, scope: readonly string[]): ProviderKeys {
    const parsed = parseReference(text, "keys");
    if (parsed.kind === "problem") throw new SecretError("keysFrom", "invalid", parsed.message);
    const { reference } = parsed;
    return new ProviderKeys(reference.description, this.#document(reference), scope);
  }

  /**
   * Who calls AWS where a profile names no key: what the usual variables hold.
   * Null leaves it to AWS's SDK, which looks for the machine's identity.
   * @param takesBearer whether Bedrock's own keys are taken, too
   */
  awsIdentity(takesBearer: boolean): SecretSource | null {
    return awsIdentitySource(this.#options.environment, takesBearer);
  }

  #resolvedSource(reference: SecretReference): SecretSource {
    const { description } = reference;
    const known = this.#sources.get(description);
    if (known) return known;
    const source = new ResolvedSource(description, this.#document(reference), reference.key);
    this.#sources.set(description, source);
    return source;
  }

  #document({ scheme, address }: SecretReference): CachedDocument {
    const description = `{${[scheme, ...address].join(":")}}`;
    const known = this.#documents.get(description);
    if (known) return known;
    const resolver = this.#resolver(scheme);
    const read = (signal: AbortSignal) => resolver.read(address, signal);
    const { logger } = this.#options;
    const document = new CachedDocument({ description, read, times: this.#times, logger });
    this.#documents.set(description, document);
    return document;
  }

  #resolver(name: SchemeName): SecretResolver {
    const known = this.#resolvers.get(name);
    if (known) return known;
    const scheme: SecretScheme = secretSchemes[name];
    const resolver = scheme.createResolver(this.#options);
    this.#resolvers.set(name, resolver);
    return resolver;
  }
}
