import { nameOf, toVaultFailure, VaultFailure } from "./vault-failure.ts";

/** What the AWS SDK threw, in words of ours: a refused signature, for one, quotes the session's token. */
export function awsFailure(thrown: unknown, region: string): VaultFailure {
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
