import type { VendorError } from "./vendor-error.ts";

/** How servers say of a path that they do not have it, in words that speak of no model. */
const nothingThere =
  /^(404 page )?not found$|^(file|resource) not found$|^invalid url|^cannot (get|post)\b/i;
/** The path of one call, which is added to the base URL for each. */
const callPath =
  /(\/api\/(chat|generate|tags|show|embed)|\/(chat\/)?completions|\/(embeddings|models|responses))$/;
/** A path that was added twice. */
const twice = /(\/v\d+)\1$/;

/** Whether a server said that it has nothing at this address, and not that it lacks a model. */
export function isWrongAddress({ status, isPlain, sentence }: VendorError): boolean {
  return status === 405 || (status === 404 && (isPlain || nothingThere.test(sentence.trim())));
}

/** A base URL at which nothing of the API is. */
export interface WrongAddress {
  readonly baseURL: string;
  /** Where it was written. */
  readonly setting: string;
  /** The path that the API mostly has, where it has one. */
  readonly usualPath: string | undefined;
}

/** What is wrong with a base URL at which nothing of the API is, and what it should be. */
export function addressProblem({ baseURL, setting, usualPath }: WrongAddress): string {
  if (!URL.canParse(baseURL)) return `nothing of the API at its address. Check ${setting}.`;
  const { origin, pathname } = new URL(baseURL);
  const path = pathname.replace(/\/+$/, "");
  const address = `${origin}${path}`;
  if (path === "" && usualPath !== undefined) {
    return `nothing of the API at ${origin}: it has no path. Correct ${setting}: ${origin}${usualPath}.`;
  }
  const rest = path.replace(callPath, "").replace(twice, "$1");
  if (rest !== path) {
    const right = `${origin}${rest === "" ? (usualPath ?? "") : rest}`;
    return `nothing of the API at ${address}: it has a path too many. Correct ${setting}: ${right}.`;
  }
  const hint = usualPath === undefined ? "" : `; it usually ends in ${usualPath}`;
  return `nothing of the API at ${address}. Check the path in ${setting}${hint}.`;
}
