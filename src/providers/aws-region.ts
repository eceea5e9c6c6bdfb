import { ConfigurationError } from "../errors/configuration-error.ts";
import type { Profile } from "../profiles/profile.ts";

/** It becomes part of a host name: nothing else may come in by it. */
const pattern = /^[a-z]{2}(?:-[a-z]{2,12}){1,3}-\d{1,2}$/;

/**
 * The region in which a profile's models are.
 * @throws ConfigurationError when the profile names none, or no such thing
 */
export function awsRegionOf({ name, provider, accessInfo }: Profile): string {
  const { region } = accessInfo;
  if (region !== undefined && pattern.test(region)) return region;
  const came = region === undefined ? "is missing" : `is ${JSON.stringify(region)}`;
  const message = `${came}; ${provider} needs a region, such as eu-north-1`;
  throw new ConfigurationError([{ name: `accessInfo.region of the profile ${name}`, message }]);
}
