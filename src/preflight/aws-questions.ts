import { type AwsClientOptions, AwsClients } from "../providers/aws-clients.ts";
import { awsRegionOf } from "../providers/aws-region.ts";
import { judgeAws } from "../providers/aws-verdict.ts";
import { toProviderError } from "../providers/to-provider-error.ts";
import { toRefusal } from "../providers/vendor-refusal.ts";
import type { Examination } from "./examination.ts";
import { noteAddress } from "./note-address.ts";

/** Asks one service of AWS as the profile's provider would: same region, same identity. */
export type AskAws<Client> = <Result>(
  /** What is asked for, for people. */
  target: string,
  question: (client: Client) => Promise<Result>,
) => Promise<Result>;

/** Lists are long and throttled. */
const maxAttempts = 3;

/**
 * Prepares questions to one service.
 * @param name the provider's name, as people know it
 * @throws ConfigurationError when the profile names no region
 */
export function createAwsQuestions<Client>(
  { profile, keys, signal }: Examination,
  name: string,
  create: (options: AwsClientOptions) => Promise<Client>,
): AskAws<Client> {
  const region = awsRegionOf(profile);
  const takesBearer = profile.provider === "bedrock";
  const access = { provider: name, region, info: profile.accessInfo, takesBearer };
  let address = "";
  const clients = new AwsClients(access, (options) => {
    noteAddress(options, (asked) => {
      address = asked;
    });
    return create({ ...options, maxAttempts });
  });
  return async (target, question) => {
    const secret = (await keys?.get(signal)) ?? null;
    try {
      return await question(await clients.get(secret));
    } catch (thrown) {
      const error = toRefusal(name, thrown, (read) => judgeAws(read, { region, target }));
      throw toProviderError(error, {
        provider: name,
        origin: {
          model: target,
          baseURL: address,
          settings: {
            key: "accessKey, or the IAM credentials of this machine",
            model: "the name",
            baseURL: "the region or endpointUrl, and the way from this machine to AWS",
          },
        },
        messages: [],
        secrets: secret ? [secret.reveal()] : [],
      });
    }
  };
}
