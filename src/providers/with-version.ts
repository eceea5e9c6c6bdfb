/**
 * Adds the path at which servers of one's own have the OpenAI API to an address
 * without one; at the root they have another, or nothing.
 */
export function withVersion(baseURL: string): string {
  if (!URL.canParse(baseURL)) return baseURL;
  const { origin, pathname } = new URL(baseURL);
  return /^\/(api\/?)?$/.test(pathname) ? `${origin}/v1` : baseURL;
}
