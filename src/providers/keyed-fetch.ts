import { ConfigurationError } from "../errors/configuration-error.ts";
import { type AddressKeys, withAddressKeys } from "./address-keys.ts";
import { createHostFetch } from "./host-fetch.ts";

/** The header that carries a provider's key. */
export interface KeyHeader {
  readonly name: string;
  readonly key: string;
  /** `Bearer` stands before the key in the header Authorization. */
  readonly scheme?: "Bearer";
}

/** Headers in which an SDK puts the placeholder that it has for a key. */
const keyHeaders = ["authorization", "api-key", "x-api-key", "x-goog-api-key"];

/**
 * Creates a `fetch` that sends the key in its own header and in no other. The
 * SDKs above it never see the key, so none can log, trace or misplace it.
 * @param host value of the HTTP Host header, where it is not the address's
 * @param addressKeys what else is sent, because it stood in the address
 */
export function createKeyedFetch(
  keyHeader: KeyHeader | undefined,
  host?: string,
  addressKeys?: AddressKeys,
): typeof fetch {
  const bare = host === undefined ? fetch : createHostFetch(host);
  const send = addressKeys ? withAddressKeys(bare, addressKeys) : bare;
  return (input, init) => {
    const headers = new Headers(input instanceof Request ? input.headers : undefined);
    new Headers(init?.headers).forEach((value, name) => void headers.set(name, value));
    for (const name of keyHeaders) headers.delete(name);
    if (keyHeader) headers.set(keyHeader.name, headerValue(keyHeader));
    // A redirect that is followed would carry the key to whoever it names.
    return send(input, { ...init, headers, redirect: "manual" });
  };
}

/**
 * Finds out before the first request whether the header can be sent at all.
 * @throws ConfigurationError that names the setting the key is from
 */
export function checkKeyHeader(keyHeader: KeyHeader, setting: string): void {
  const problem = keyHeaderProblem(keyHeader);
  if (problem !== undefined) throw new ConfigurationError([{ name: setting, message: problem }]);
}

/** Why the header cannot be sent, if it cannot; never holds the key. */
export function keyHeaderProblem(keyHeader: KeyHeader): string | undefined {
  if (!isSendable(keyHeader.name, "")) {
    const name = JSON.stringify(keyHeader.name);
    return `its header's name, ${name}, is none that HTTP knows; correct it`;
  }
  if (!isSendable(keyHeader.name, keyHeader.key)) {
    return "holds a character that no header can carry; was it copied whole?";
  }
  return undefined;
}

function isSendable(name: string, value: string): boolean {
  try {
    new Headers([[name, value]]);
    return true;
  } catch {
    return false;
  }
}

function headerValue({ scheme, key }: KeyHeader): string {
  return scheme ? `${scheme} ${key}` : key;
}
