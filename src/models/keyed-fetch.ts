import type { KeyHeader } from "./chat-model-options.ts";

/**
 * Creates a `fetch` that sends the key in its own header and in no other. The
 * SDKs above it never see the key, so none can log, trace or misplace it.
 */
export function createKeyedFetch(keyHeader: KeyHeader | undefined): typeof fetch {
  return (input, init) => {
    const headers = new Headers(init?.headers);
    headers.delete("authorization");
    if (keyHeader) headers.set(keyHeader.name, valueOf(keyHeader));
    // A redirect that is followed would carry the key to whoever it names.
    return fetch(input, { ...init, headers, redirect: "manual" });
  };
}

function valueOf({ scheme, key }: KeyHeader): string {
  return scheme ? `${scheme} ${key}` : key;
}
