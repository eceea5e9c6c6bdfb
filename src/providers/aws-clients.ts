import type { AccessInfo } from "../profiles/profile.ts";
import { readAwsPair } from "../secrets/aws-identity.ts";
import type { Secret } from "../secrets/secret.ts";
import { importPackage } from "./import-package.ts";
import { keyHeaderProblem } from "./keyed-fetch.ts";
import { refusedAccess } from "./refused-access.ts";

/** How AWS is reached, and as whom. */
export interface AwsAccess {
  /** The provider's name, as people know it. */
  readonly provider: string;
  readonly region: string;
  readonly info: AccessInfo;
  /** Whether the service takes keys of its own, as bearer tokens. */
  readonly takesBearer: boolean;
}

/** What every client of the SDK is built with. */
export type AwsClientOptions = Awaited<ReturnType<typeof createOptions>>;

/**
 * Keeps what clients of AWS share, connections above all, for as long as the
 * key stays the same; without a key the SDK looks for IAM credentials itself.
 */
export class AwsClients<Client> {
  readonly #access: AwsAccess;
  readonly #create: (options: AwsClientOptions) => Promise<Client>;
  #key: string | undefined;
  #client: Promise<Client> | undefined;

  /** @param create builds the clients; called again when the key is another one */
  constructor(access: AwsAccess, create: (options: AwsClientOptions) => Promise<Client>) {
    this.#access = access;
    this.#create = create;
  }

  get(secret: Secret | null): Promise<Client> {
    const key = secret?.reveal();
    if (!this.#client || key !== this.#key) {
      this.#key = key;
      const client = createOptions(this.#access, key).then(this.#create);
      // The next call begins anew: what is missing may be there by then.
      client.catch(() => {
        if (this.#client === client) this.#client = undefined;
      });
      this.#client = client;
    }
    return this.#client;
  }
}

async function createOptions(access: AwsAccess, key: string | undefined) {
  const { NodeHttpHandler } = await importPackage(
    access.provider,
    "@smithy/node-http-handler",
    () => import("@smithy/node-http-handler"),
  );
  const agent = { keepAlive: true, maxSockets: Number.POSITIVE_INFINITY };
  return {
    region: access.region,
    // The router retries.
    maxAttempts: 1,
    // Over HTTP/2, which is the SDK's default, each call would open a connection of its own.
    requestHandler: new NodeHttpHandler({ httpAgent: agent, httpsAgent: agent }),
    ...(await identityOf(access, key)),
  };
}

async function identityOf({ provider, region, info, takesBearer }: AwsAccess, key?: string) {
  const pair = readAwsPair(key ?? "");
  if (key !== undefined && !pair) {
    if (!takesBearer) {
      const problem = "its key is no ACCESS_KEY_ID:SECRET_ACCESS_KEY. Correct it, or leave it out.";
      throw refusedAccess(provider, problem);
    }
    if (info.roleArn !== undefined) {
      const problem = "a role is assumed with IAM credentials, not with an API key. Leave one out.";
      throw refusedAccess(provider, problem);
    }
    const problem = keyHeaderProblem({ name: "authorization", key });
    if (problem !== undefined) throw refusedAccess(provider, `its key ${problem}`);
    return { authSchemePreference: ["httpBearerAuth"], token: async () => ({ token: key }) };
  }
  // A token in AWS_BEARER_TOKEN_BEDROCK must not win over what the profile says.
  const signed = { authSchemePreference: ["sigv4"] };
  if (info.roleArn === undefined) return pair ? { ...signed, credentials: pair } : {};
  const { fromTemporaryCredentials } = await importPackage(
    provider,
    "@aws-sdk/credential-providers",
    () => import("@aws-sdk/credential-providers"),
  );
  const credentials = fromTemporaryCredentials({
    params: { RoleArn: info.roleArn, RoleSessionName: "arena-model-server" },
    clientConfig: { region },
    ...(pair && { masterCredentials: pair }),
  });
  return { ...signed, credentials };
}
