import { minSecretLength } from "../../text/redact.ts";

/** The keys that stand in an address: in its query, or before its host. */
export interface AddressKeys {
  readonly query: readonly (readonly [name: string, value: string])[];
  /** Value of the header Authorization that user and password make; null without them. */
  readonly authorization: string | null;
  /** What may stand in no log, error or name. */
  readonly secrets: readonly string[];
}

/** An address in two parts: what anybody may read, and what nobody may. */
export interface SplitAddress {
  /** Scheme, host and path, as they were written. */
  readonly address: string;
  /** Null when the address holds nothing else. */
  readonly keys: AddressKeys | null;
}

/** Parameters that everybody may know. */
const openParameters: ReadonlySet<string> = new Set(["api-version"]);

/** Takes query, fragment, user and password out of an address, which people use as places for keys. */
export function splitAddress(written: string): SplitAddress {
  const [, scheme = "", userinfo = "", rest = "", query = ""] =
    /^([a-z][a-z\d+.-]*:[\\/]*)?([^\\/?#]*@)?([^?#]*)(\?[^#]*)?/i.exec(written) ?? [];
  const address = `${scheme}${rest}`;
  if (address === written || !URL.canParse(written)) return { address, keys: null };
  const { searchParams, username, password } = new URL(written);
  const [user, word] = [decoded(username), decoded(password)];
  const basic = Buffer.from(`${user}:${word}`).toString("base64");
  return {
    address,
    keys: {
      query: [...searchParams],
      authorization: userinfo === "" ? null : `Basic ${basic}`,
      secrets: [
        ...query.slice(1).split("&").flatMap(secretsOf),
        ...(userinfo === "" ? [] : [user, word, basic]),
      ].filter((secret) => secret.length >= minSecretLength),
    },
  };
}

/** Creates a `fetch` that sends with each request what was taken out of the address. */
export function withAddressKeys(send: typeof fetch, keys: AddressKeys): typeof fetch {
  return (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    for (const [name] of keys.query) url.searchParams.delete(name);
    for (const [name, value] of keys.query) url.searchParams.append(name, value);
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : {}));
    // A key of its own setting goes before one in the address.
    if (keys.authorization !== null && !headers.has("authorization")) {
      headers.set("authorization", keys.authorization);
    }
    return send(input instanceof Request ? new Request(url, input) : url, { ...init, headers });
  };
}

/** The value of a parameter, as it was written and as it is read; the whole one where it has no name. */
function secretsOf(parameter: string): string[] {
  const [name = "", ...value] = parameter.split("=");
  if (openParameters.has(name.toLowerCase())) return [];
  const written = value.join("=") || name;
  return [written, decoded(written.replaceAll("+", " "))];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
