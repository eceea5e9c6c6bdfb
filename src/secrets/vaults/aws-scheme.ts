import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { awsPairOf } from "../aws-identity.ts";
import type { ResolverOptions, SecretResolver, SecretScheme } from "../secret-scheme.ts";
import { importSdk } from "./import-sdk.ts";
import { nameOf, toVaultFailure, VaultFailure } from "./vault-failure.ts";

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

/** What the AWS SDK threw, in words of ours: a refused signature, for one, quotes the session's token. */
function awsFailure(thrown: unknown, region: string): VaultFailure {
  // A service's name for an error tells more than the code of the connection.
  const name = thrown instanceof Error ? thrown.name : "";
  switch (name) {
    case "ResourceNotFoundException":
      return new VaultFailure(
        "missing",
        `AWS has no such secret in ${region}; create it, correct its name, or name its region: {AWS:Region:Secret:Key}`,
      );
    case "InvalidRequestException":
      return new VaultFailure(
        "missing",
        "the secret is deleted or has no value; restore it or give it one",
      );
    case "ValidationException":
    case "InvalidParameterException":
      return new VaultFailure(
        "invalid",
        `AWS does not take this secret's name (${name}); correct it`,
      );
    case "AccessDeniedException":
      return new VaultFailure(
        "denied",
        "this identity may not read the secret; allow it secretsmanager:GetSecretValue, and kms:Decrypt where the secret has a key of its own",
      );
    case "DecryptionFailure":
      return new VaultFailure(
        "denied",
        "the secret cannot be decrypted; allow this identity kms:Decrypt",
      );
    case "CredentialsProviderError":
      return new VaultFailure(
        "denied",
        "this process has no AWS identity; give it a role, or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
      );
    default:
      return isOfIdentity(name)
        ? new VaultFailure(
            "denied",
            `AWS does not accept this process's identity (${name}); renew it`,
          )
        : otherFailure(thrown);
  }
}

/** AWS has many words for a key, token or signature that it does not take. */
function isOfIdentity(name: string): boolean {
  return /^(UnrecognizedClient|InvalidClientTokenId|InvalidSignature|SignatureDoesNotMatch|IncompleteSignature|MissingAuthenticationToken|ExpiredToken|InvalidAccessKeyId|NotAuthorized|OptInRequired)/.test(
    name,
  );
}

function otherFailure(thrown: unknown): VaultFailure {
  const status = statusOf(thrown);
  if (status === null) return toVaultFailure(thrown);
  if (status === 401 || status === 403) {
    const problem = `AWS, or a proxy on the way to it, refuses (${status}); see what this identity and this network may do`;
    return new VaultFailure("denied", problem);
  }
  const problem = `AWS Secrets Manager fails at the moment (${nameOf(thrown)}, ${status})`;
  return new VaultFailure("away", problem);
}

function statusOf(thrown: unknown): number | null {
  if (!(thrown instanceof Error) || !("$metadata" in thrown)) return null;
  const { $metadata: metadata } = thrown;
  if (typeof metadata !== "object" || metadata === null) return null;
  const status = "httpStatusCode" in metadata ? metadata.httpStatusCode : undefined;
  return typeof status === "number" ? status : null;
}
