/**
 * Adds the path at which servers of one's own have the OpenAI API to an address
 * without one; at the root they have another, or nothing.
 */
export function withVersion(baseURL: string): string {
  if (!URL.canParse(baseURL)) return baseURL;
  const url = new URL(baseURL);
  if (!/^\/(api\/?)?$/.test(url.pathname)) return baseURL;
  // What else stands in it may be a key.
  url.pathname = "/v1";
  return url.href;
}
