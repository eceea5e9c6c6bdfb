import { z } from "zod";
import type { ResolverOptions, SecretResolver, SecretScheme } from "./secret-scheme.ts";
import { VaultConnection } from "./vault-connection.ts";
import { VaultFailure } from "./vault-failure.ts";

const segment = String.raw`(?!\.{1,2}(?:/|$))[\w.@=+-]+`;

/**
 * `{Vault:path:key}`: a key of a document in HashiCorp Vault or OpenBao, of
 * either version of its key-value store. The path begins with the store's
 * mount; `data/` behind the mount may be written or left out.
 */
export const vaultScheme: SecretScheme = {
  forms: [
    {
      holds: "key",
      address: [
        {
          name: "path",
          pattern: new RegExp(`^(?!v1/)${segment}(?:/${segment})+$`),
          expected: "a mount and a path within it, such as secret/openai",
        },
      ],
      key: { name: "key", pattern: /^[^\p{Cc}]+$/u, expected: "the name of a key" },
    },
  ],
  createResolver: (options) => new VaultResolver(options),
};

const Mount = z.object({
  data: z.object({
    path: z.string(),
    options: z.object({ version: z.string().optional() }).nullish(),
  }),
});
const Document = z.object({ data: z.record(z.string(), z.unknown()) });
const VersionedDocument = z.object({ data: Document });

class VaultResolver implements SecretResolver {
  readonly #options: ResolverOptions;

  constructor(options: ResolverOptions) {
    this.#options = options;
  }

  async read([path = ""]: readonly string[], signal: AbortSignal): Promise<string> {
    const connection = VaultConnection.from(this.#options.environment);
    const versioned = await versionedPath(connection, path, signal);
    const body = await connection.get(versioned ?? path, signal);
    if (body === null) {
      throw new VaultFailure(
        "missing",
        "the vault has nothing at this path; correct the path, or write it there",
      );
    }
    const data = versioned
      ? VersionedDocument.safeParse(body).data?.data.data
      : Document.safeParse(body).data?.data;
    if (data) return JSON.stringify(data);
    throw new VaultFailure("unusable", "what the vault has at this path is no key-value document");
  }
}

/** Where a store with versions keeps the document; null for a store without them. */
async function versionedPath(
  connection: VaultConnection,
  path: string,
  signal: AbortSignal,
): Promise<string | null> {
  // What Vault's own command line asks before it reads.
  const body = await connection.get(`sys/internal/ui/mounts/${path}`, signal);
  const mount = Mount.safeParse(body).data?.data;
  if (mount?.options?.version !== "2" || !`${path}/`.startsWith(mount.path)) return null;
  const within = path.slice(mount.path.length);
  return within.startsWith("data/") ? path : `${mount.path}data/${within}`;
}
