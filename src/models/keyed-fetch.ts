import { ConfigurationError } from "../errors/configuration-error.ts";
import type { KeyHeader } from "./chat-model-options.ts";

/**
 * Creates a `fetch` that sends the key in its own header and in no other. The
 * SDKs above it never see the key, so none can log, trace or misplace it.
 */
export function createKeyedFetch(keyHeader: KeyHeader | undefined): typeof fetch {
  return (input, init) => {
    const headers = new Headers(init?.headers);
    headers.delete("authorization");
    if (keyHeader) headers.set(keyHeader.name, headerValue(keyHeader));
    // A redirect that is followed would carry the key to whoever it names.
    return fetch(input, { ...init, headers, redirect: "manual" });
  };
}

/**
 * Finds out before the first request whether the header can be sent at all.
 * @throws ConfigurationError that names the setting the key is from
 */
export function checkKeyHeader(keyHeader: KeyHeader, setting: string): void {
  if (!isSendable(keyHeader.name, "")) {
    const name = JSON.stringify(keyHeader.name);
    throw headerError(setting, `its header's name, ${name}, is none that HTTP knows; correct it`);
  }
  if (!isSendable(keyHeader.name, keyHeader.key)) {
    throw headerError(setting, "holds a character that no header can carry; was it copied whole?");
  }
}

function headerError(name: string, message: string): ConfigurationError {
  return new ConfigurationError([{ name, message }]);
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
