import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { awsFailure } from "./aws-failure.ts";
import { awsPairOf } from "./aws-identity.ts";
import { importSdk } from "./import-sdk.ts";
import type { ResolverOptions, SecretResolver, SecretScheme } from "./secret-scheme.ts";
import { VaultFailure } from "./vault-failure.ts";

const region = {
  name: "Region",
  // It becomes part of a host name: nothing else may come in by it.
  pattern: /^[a-z]{2}(?:-[a-z]{2,12}){1,3}-\d{1,2}$/,
  expected: "a region such as eu-north-1",
};
const secret = {
  name: "Secret",
  pattern: /^[\w/+=.@-]{1,512}$/,
  expected: "a secret's name: letters, digits and /_+=.@-",
};
const key = {
  name: "Key",
  pattern: /^[^\p{Cc}]+$/u,
  expected: "the name of a key in the secret's JSON",
};

/**
 * `{AWS:Secret:Key}`, `{AWS:Region:Secret:Key}`: a key in the JSON of a secret
 * of AWS Secrets Manager; `{AWS:Secret}`: all of its keys.
 */
export const awsScheme: SecretScheme = {
  forms: [
    { holds: "key", address: [secret], key },
    { holds: "key", address: [region, secret], key },
    { holds: "keys", address: [secret] },
  ],
  createResolver: (options) => new AwsResolver(options),
};

class AwsResolver implements SecretResolver {
  readonly #options: ResolverOptions;
  readonly #clients = new Map<string, SecretsManagerClient>();

  constructor(options: ResolverOptions) {
    this.#options = options;
  }

  async read(address: readonly string[], signal: AbortSignal): Promise<string> {
    const [name, explicitRegion] = address.toReversed();
    const sdk = await importSdk(
      "@aws-sdk/client-secrets-manager",
      () => import("@aws-sdk/client-secrets-manager"),
    );
    const client = this.#clientOf(sdk, explicitRegion);
    const where = await regionOf(client);
    try {
      const command = new sdk.GetSecretValueCommand({ SecretId: name });
      const { SecretString } = await client.send(command, { abortSignal: signal });
      if (SecretString !== undefined) return SecretString;
    } catch (error) {
      throw awsFailure(error, where);
    }
    throw new VaultFailure("unusable", "the secret is binary; store it as text");
  }

  #clientOf(
    sdk: typeof import("@aws-sdk/client-secrets-manager"),
    explicitRegion: string | undefined,
  ): SecretsManagerClient {
    const known = this.#clients.get(explicitRegion ?? "");
    if (known) return known;
    const { environment } = this.#options;
    const region = explicitRegion ?? environment("AWS_REGION") ?? environment("AWS_DEFAULT_REGION");
    const endpoint =
      environment("AWS_ENDPOINT_URL_SECRETS_MANAGER") ?? environment("AWS_ENDPOINT_URL");
    const credentials = awsPairOf(environment);
    const client = new sdk.SecretsManagerClient({
      // The store asks again, and gives up, by itself.
      maxAttempts: 2,
      ...(region && { region }),
      ...(endpoint && { endpoint }),
      ...(credentials && { credentials }),
    });
    this.#clients.set(explicitRegion ?? "", client);
    return client;
  }
}

async function regionOf(client: SecretsManagerClient): Promise<string> {
  try {
    return await client.config.region();
  } catch {
    const problem =
      "no region is known; write {AWS:Region:Secret:Key}, or set AWS_REGION or the region of the AWS profile";
    throw new VaultFailure("invalid", problem);
  }
}
