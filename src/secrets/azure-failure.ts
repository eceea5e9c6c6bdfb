import { nameOf, toVaultFailure, VaultFailure } from "./vault-failure.ts";

/** What Azure's packages threw, in words of ours: theirs may quote requests and tokens. */
export function azureFailure(thrown: unknown): VaultFailure {
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
