import type { SecretClient } from "@azure/keyvault-secrets";
import { azureFailure } from "./azure-failure.ts";
import { importSdk } from "./import-sdk.ts";
import type {
  AzureOverride,
  ResolverOptions,
  SecretResolver,
  SecretScheme,
} from "./secret-scheme.ts";
import { VaultFailure } from "./vault-failure.ts";

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
