import type { AwsClientOptions } from "../providers/aws-clients.ts";

/** Tells to which address each request goes, which the SDK makes of service, region and settings. */
export function noteAddress(
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
