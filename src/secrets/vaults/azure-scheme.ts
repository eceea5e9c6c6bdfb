import type { SecretClient } from "@azure/keyvault-secrets";
import type {
  AzureOverride,
  ResolverOptions,
  SecretResolver,
  SecretScheme,
} from "../secret-scheme.ts";
import { importSdk } from "./import-sdk.ts";
import { nameOf, toVaultFailure, VaultFailure } from "./vault-failure.ts";

/** `{Azure:Vault:Key}`: a secret of an Azure Key Vault. */
export const azureScheme: SecretScheme = {
  forms: [
    {
      holds: "key",
      address: [
        {
          name: "Vault",
          // It becomes part of a host name: nothing else may come in by it.
          pattern: /^[A-Za-z](?!.*--)[A-Za-z0-9-]{1,22}[A-Za-z0-9]$/,
          expected: "a key vault's name: 3 to 24 letters, digits and single hyphens",
        },
        {
          name: "Key",
          pattern: /^[A-Za-z0-9-]{1,127}$/,
          expected: "a secret's name: letters, digits and hyphens",
        },
      ],
    },
  ],
  createResolver: (options) => new AzureResolver(options),
};

class AzureResolver implements SecretResolver {
  readonly #options: ResolverOptions;
  readonly #clients = new Map<string, SecretClient>();
  #credential: Promise<AzureOverride["credential"]> | null = null;

  constructor(options: ResolverOptions) {
    this.#options = options;
  }

  async read([vault = "", name = ""]: readonly string[], signal: AbortSignal): Promise<string> {
    const client = await this.#clientOf(vault);
    try {
      const { value } = await client.getSecret(name, { abortSignal: signal });
      return value ?? "";
    } catch (error) {
      throw azureFailure(error);
    }
  }

  async #clientOf(vault: string): Promise<SecretClient> {
    const known = this.#clients.get(vault);
    if (known) return known;
    const { SecretClient } = await importSdk(
      "@azure/keyvault-secrets",
      () => import("@azure/keyvault-secrets"),
    );
    const override = this.#options.azure;
    const url = override?.vaultUrl(vault) ?? `https://${vault}.vault.azure.net`;
    this.#credential ??= this.#createCredential();
    const client = new SecretClient(url, await this.#credential, {
      // The store asks again, and gives up, by itself.
      retryOptions: { maxRetries: 1, retryDelayInMs: 200 },
      // A vault elsewhere is not below the host name that Azure's challenge names.
      disableChallengeResourceVerification: override !== undefined,
      allowInsecureConnection: override !== undefined && url.startsWith("http:"),
    });
    this.#clients.set(vault, client);
    return client;
  }

  async #createCredential(): Promise<AzureOverride["credential"]> {
    const { azure, environment } = this.#options;
    if (azure) return azure.credential;
    const { ClientSecretCredential, DefaultAzureCredential } = await importSdk(
      "@azure/identity",
      () => import("@azure/identity"),
    );
    // The SDK reads the process's own environment, and not what stands in .env.
    const [tenant, client, secret] = ["TENANT_ID", "CLIENT_ID", "CLIENT_SECRET"].map((name) =>
      environment(`AZURE_${name}`),
    );
    if (!tenant || !client || !secret) return new DefaultAzureCredential();
    const authorityHost = environment("AZURE_AUTHORITY_HOST");
    try {
      return new ClientSecretCredential(tenant, client, secret, {
        ...(authorityHost && { authorityHost }),
      });
    } catch {
      const problem = "AZURE_TENANT_ID or AZURE_AUTHORITY_HOST is not valid; correct it";
      throw new VaultFailure("invalid", problem);
    }
  }
}

/** What Azure's packages threw, in words of ours: theirs may quote requests and tokens. */
function azureFailure(thrown: unknown): VaultFailure {
  const name = nameOf(thrown);
  if (isOfIdentity(thrown)) return identityFailure(thrown);
  switch (statusOf(thrown)) {
    case 400:
      return new VaultFailure("unusable", `the key vault cannot read the request (${name})`);
    case 401:
      return new VaultFailure(
        "denied",
        "the key vault does not accept this identity; it must be of the vault's own tenant",
      );
    case 403:
      return new VaultFailure(
        "denied",
        `the key vault refuses (${name}): give this identity the role "Key Vault Secrets User", let this network through the vault's firewall, and see that the secret is enabled`,
      );
    case 404:
      return new VaultFailure(
        "missing",
        "the key vault has no such secret; create it, or correct its name",
      );
    case null:
      break;
    default:
      return new VaultFailure("away", `the key vault fails at the moment (${name})`);
  }
  if (name === "ENOTFOUND") {
    const problem =
      "no key vault of this name is found (ENOTFOUND); correct it, or mend the network's name service";
    return new VaultFailure("away", problem);
  }
  return toVaultFailure(thrown);
}

function isOfIdentity(thrown: unknown): thrown is Error {
  return (
    thrown instanceof Error &&
    /^(AuthenticationError|AuthenticationRequiredError|CredentialUnavailableError|AggregateAuthenticationError)$/.test(
      thrown.name,
    )
  );
}

/** Which of Azure's documented numbers the refusal has is worth knowing; its text is not repeated. */
function identityFailure(thrown: Error): VaultFailure {
  const code = /AADSTS\d{4,8}/.exec(thrown.message)?.[0] ?? thrown.name;
  return new VaultFailure(
    "denied",
    `Azure gives this process no identity (${code}); use a managed or workload identity, set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or run: az login`,
  );
}

function statusOf(thrown: unknown): number | null {
  if (!(thrown instanceof Error) || !("statusCode" in thrown)) return null;
  return typeof thrown.statusCode === "number" ? thrown.statusCode : null;
}
