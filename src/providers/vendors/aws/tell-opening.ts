/** The part of AWS's clients that is used here. */
interface AwsClient {
  readonly config: {
    readonly requestHandler: { handle(...parameters: never): Promise<unknown> };
  };
}

/**
 * The same client for one call, over the same connections. It calls `onOpen`
 * once the answer's status is there: AWS's SDK tells it nobody before it has
 * read the rest.
 */
export function tellOpening<Client extends AwsClient>(
  client: Client,
  onOpen: (() => void) | undefined,
): Client {
  if (!onOpen) return client;
  const { config } = client;
  const { requestHandler } = config;
  const handle: typeof requestHandler.handle = async (...parameters) => {
    const answer = await requestHandler.handle(...parameters);
    onOpen();
    return answer;
  };
  const telling = Object.create(requestHandler, { handle: { value: handle } });
  return Object.create(client, { config: { value: { ...config, requestHandler: telling } } });
}
