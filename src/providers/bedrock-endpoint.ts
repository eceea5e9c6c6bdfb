/** An endpoint of the runtime alone knows no lists; any other is taken to know all of Bedrock. */
export function controlEndpointOf(endpointUrl: string | undefined): string | undefined {
  return endpointUrl?.includes("bedrock-runtime") ? undefined : endpointUrl;
}
