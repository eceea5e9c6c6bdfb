import { z } from "zod";
import { boundedText } from "../../text/bounded-text.ts";
import type { ResolverOptions, SecretResolver, SecretScheme } from "../secret-scheme.ts";
import { nameOf, VaultFailure } from "./vault-failure.ts";

/** A vault itself stores no larger document. */
const maxBytes = 4 * 2 ** 20;

type Environment = (name: string) => string | undefined;

/** HTTP to HashiCorp Vault or OpenBao, as VAULT_ADDR, VAULT_TOKEN and VAULT_NAMESPACE say. */
class VaultConnection {
  readonly #address: URL;
  readonly #headers: Readonly<Record<string, string>>;

  private constructor(address: URL, headers: Readonly<Record<string, string>>) {
    this.#address = address;
    this.#headers = headers;
  }

  /** @throws VaultFailure when a setting is missing or wrong */
  static from(environment: Environment): VaultConnection {
    const [address, token] = [environment("VAULT_ADDR"), environment("VAULT_TOKEN")];
    if (!address || !URL.canParse(address) || !/^https?:/i.test(address)) {
      const came = address ? "VAULT_ADDR is no URL" : "VAULT_ADDR is not set";
      throw new VaultFailure(
        "invalid",
        `${came}; expected one such as https://vault.example.org:8200`,
      );
    }
    if (!token || !isSendable(token)) {
      const came = token ? "VAULT_TOKEN holds what no header can carry" : "VAULT_TOKEN is not set";
      throw new VaultFailure("invalid", `${came}; set it to a token that may read this path`);
    }
    const namespace = environment("VAULT_NAMESPACE");
    if (namespace && !isSendable(namespace)) {
      throw new VaultFailure(
        "invalid",
        "VAULT_NAMESPACE holds what no header can carry; correct it",
      );
    }
    const headers = {
      // An agent in between may refuse what has not this header.
      "x-vault-request": "true",
      "x-vault-token": token,
      ...(namespace && { "x-vault-namespace": namespace }),
    };
    return new VaultConnection(new URL(address), headers);
  }

  /** What stands at a path of the API; null when nothing does. @throws VaultFailure */
  async get(path: string, signal: AbortSignal): Promise<unknown> {
    const url = new URL(this.#address);
    const encoded = path.split("/").map(encodeURIComponent).join("/");
    url.pathname = `${url.pathname.replace(/\/+$/, "")}/v1/${encoded}`;
    const response = await this.#fetch(url, signal);
    if (response.status !== 200) {
      await response.body?.cancel();
      if (response.status === 404) return null;
      throw statusFailure(response.status);
    }
    try {
      return JSON.parse(await boundedText(response, maxBytes, refuseDocument));
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof SyntaxError)) throw error;
      throw new VaultFailure("away", "what answers at VAULT_ADDR sends no JSON; is it a vault?");
    }
  }

  async #fetch(url: URL, signal: AbortSignal): Promise<Response> {
    try {
      // A redirect that is followed would carry the token to whoever it names.
      return await fetch(url, { headers: this.#headers, redirect: "manual", signal });
    } catch (error) {
      signal.throwIfAborted();
      throw new VaultFailure("away", `nobody answers at VAULT_ADDR (${nameOf(error)})`);
    }
  }
}

function refuseDocument(): never {
  const problem = `what answers at VAULT_ADDR sends more than the ${maxBytes / 2 ** 20} MiB that are read of a document; is it a vault?`;
  throw new VaultFailure("away", problem);
}

function isSendable(value: string): boolean {
  try {
    new Headers([["x-vault-token", value]]);
    return true;
  } catch {
    return false;
  }
}

function statusFailure(status: number): VaultFailure {
  if (status >= 300 && status < 400) {
    const problem =
      "the vault redirects, which is not followed with a token; set VAULT_ADDR to the vault's active node";
    return new VaultFailure("invalid", problem);
  }
  if (status === 401 || status === 403) {
    const problem =
      "the vault refuses; VAULT_TOKEN has expired, or its policy must allow it to read this path (below data/ in a store with versions), or VAULT_NAMESPACE is wrong";
    return new VaultFailure("denied", problem);
  }
  if (status === 503)
    return new VaultFailure("away", "the vault is sealed or in maintenance (503)");
  if (status >= 500 || status === 429 || status === 472 || status === 473) {
    return new VaultFailure("away", `the vault fails at the moment (${status})`);
  }
  return new VaultFailure(
    "invalid",
    `the vault does not take the request (${status}); correct path and VAULT_ADDR`,
  );
}

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
