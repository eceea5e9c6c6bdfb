import { catalogue } from "../../providers/catalogue.ts";
import { toProviderError } from "../../providers/errors/to-provider-error.ts";
import {
  type AwsClientOptions,
  AwsClients,
  awsRegionOf,
} from "../../providers/vendors/aws/aws-clients.ts";
import { judgeAws } from "../../providers/vendors/aws/aws-verdict.ts";
import type { Examination } from "../finding.ts";

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
  const takesBearer = catalogue[profile.provider].aws?.takesBearer ?? false;
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
      throw toProviderError(thrown, {
        provider: name,
        judge: (error) => judgeAws(error, { region, target }),
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

/** Tells to which address each request goes, which the SDK makes of service, region and settings. */
function noteAddress(
  { requestHandler }: Pick<AwsClientOptions, "requestHandler">,
  note: (address: string) => void,
): void {
  const handle = requestHandler.handle.bind(requestHandler);
  requestHandler.handle = (request, options) => {
    const { protocol, hostname, port } = request;
    note(`${protocol}//${hostname}${port === undefined ? "" : `:${port}`}`);
    return handle(request, options);
  };
}
