import { Secret } from "./secret.ts";
import type { SecretSource } from "./secret-source.ts";
import { fixedSource } from "./secret-source.ts";

type Variable = (name: string) => string | undefined;

/** A key pair of IAM, with the token that temporary ones have. */
export interface AwsPair {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const pairPattern = /^([A-Z0-9]{16,128}):([^:\s]{16,128})(?::(\S+))?$/;

/** Reads `ACCESS_KEY_ID:SECRET_ACCESS_KEY[:SESSION_TOKEN]`; null where a text is no such thing. */
export function readAwsPair(text: string): AwsPair | null {
  const [, accessKeyId, secretAccessKey, sessionToken] = pairPattern.exec(text) ?? [];
  if (accessKeyId === undefined || secretAccessKey === undefined) return null;
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}

/**
 * The pair in the usual variables; null where it is not whole or where
 * AWS_PROFILE wins over it, as it does in AWS's SDKs. These read the process's
 * own environment and not `.env`, so they are to be told.
 */
export function awsPairOf(environment: Variable): AwsPair | null {
  const accessKeyId = environment("AWS_ACCESS_KEY_ID");
  const secretAccessKey = environment("AWS_SECRET_ACCESS_KEY");
  if (!accessKeyId || !secretAccessKey || environment("AWS_PROFILE")) return null;
  const sessionToken = environment("AWS_SESSION_TOKEN");
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
}

/**
 * Who calls AWS where a profile names no key: Bedrock's own key where
 * `takesBearer`, or a pair, out of the usual variables. Null where there is
 * neither: then the SDK looks for the machine's identity.
 */
export function awsIdentitySource(
  environment: Variable,
  takesBearer: boolean,
): SecretSource | null {
  const bearer = takesBearer ? environment("AWS_BEARER_TOKEN_BEDROCK") : undefined;
  if (bearer !== undefined) return fixedSource("AWS_BEARER_TOKEN_BEDROCK", new Secret(bearer));
  const pair = Object.values(awsPairOf(environment) ?? {}).join(":");
  return readAwsPair(pair) && fixedSource("AWS_ACCESS_KEY_ID", new Secret(pair));
}
