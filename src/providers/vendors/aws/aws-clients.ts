import { Readable } from "node:stream";
import { ConfigurationError } from "../../../errors/arena-error.ts";
import { readAwsPair } from "../../../secrets/aws-identity.ts";
import type { Secret } from "../../../secrets/secret.ts";
import { refusedAccess } from "../../errors/refused-request.ts";
import type { AccessInfo, ProviderProfile } from "../../provider-access.ts";
import { boundedBody, oversizedAnswer } from "../../transport/bounded-body.ts";
import { importPackage } from "../../transport/import-package.ts";
import { keyHeaderProblem } from "../../transport/keyed-fetch.ts";

/** It becomes part of a host name: nothing else may come in by it. */
const pattern = /^[a-z]{2}(?:-[a-z]{2,12}){1,3}-\d{1,2}$/;

/**
 * The region in which a profile's models are.
 * @throws ConfigurationError when the profile names none, or no such thing
 */
export function awsRegionOf({ name, provider, accessInfo }: ProviderProfile): string {
  const { region } = accessInfo;
  if (region !== undefined && pattern.test(region)) return region;
  const came = region === undefined ? "is missing" : `is ${JSON.stringify(region)}`;
  const message = `${came}; ${provider} needs a region, such as eu-north-1`;
  throw new ConfigurationError([{ name: `accessInfo.region of the profile ${name}`, message }]);
}

/** How AWS is reached, and as whom. */
interface AwsAccess {
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

  /** Imports what all clients need, whoever is called. */
  async load(): Promise<void> {
    const { provider, info } = this.#access;
    await Promise.all([
      importHandler(provider),
      info.roleArn !== undefined && importCredentials(provider),
    ]);
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
  const { NodeHttpHandler } = await importHandler(access.provider);
  class FrankHandler extends NodeHttpHandler {
    override async handle(...call: Parameters<typeof NodeHttpHandler.prototype.handle>) {
      try {
        const { response } = await super.handle(...call);
        const isStream = response.headers["content-type"]?.includes("vnd.amazon.eventstream");
        if (!isStream) response.body = bounded(response.body, access.provider);
        return { response };
      } catch (thrown) {
        throw withoutMisnomer(thrown);
      }
    }
  }
  const agent = { keepAlive: true, maxSockets: Number.POSITIVE_INFINITY };
  // The declaration of this module's types cannot name a class that is made here.
  const requestHandler: InstanceType<typeof NodeHttpHandler> = new FrankHandler({
    httpAgent: agent,
    httpsAgent: agent,
  });
  return {
    region: access.region,
    // The router retries.
    maxAttempts: 1,
    // Over HTTP/2, which is the SDK's default, each call would open a connection of its own.
    requestHandler,
    ...(await identityOf(access, key)),
  };
}

/** The SDK keeps all of a body that is no stream of events, whatever its size. */
function bounded(body: Readable, provider: string): Readable {
  const onTooLarge = () => oversizedAnswer(provider);
  return Readable.fromWeb(boundedBody(Readable.toWeb(body), { isStream: false, onTooLarge }));
}

/** The SDK calls a connection that broke a time-out, and OpenAI's SDK believes the name. */
function withoutMisnomer(thrown: unknown): unknown {
  const isBroken =
    thrown instanceof Error && "code" in thrown && /^(ECONNRESET|EPIPE)$/.test(`${thrown.code}`);
  return isBroken ? Object.assign(thrown, { name: "Error" }) : thrown;
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
  const { fromTemporaryCredentials } = await importCredentials(provider);
  const credentials = fromTemporaryCredentials({
    params: { RoleArn: info.roleArn, RoleSessionName: "arena-model-server" },
    clientConfig: { region },
    ...(pair && { masterCredentials: pair }),
  });
  return { ...signed, credentials };
}

function importHandler(provider: string) {
  return importPackage(
    provider,
    "@smithy/node-http-handler",
    () => import("@smithy/node-http-handler"),
  );
}

function importCredentials(provider: string) {
  return importPackage(
    provider,
    "@aws-sdk/credential-providers",
    () => import("@aws-sdk/credential-providers"),
  );
}
