import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { Readable } from "node:stream";
import { ConfigurationError } from "../../errors/arena-error.ts";
import { type AddressKeys, withAddressKeys } from "./address-keys.ts";

/** Statuses whose answers may have no body. */
const bodiless: ReadonlySet<number> = new Set([101, 204, 205, 304]);

/**
 * Creates a `fetch` that sends another Host header than its address's, as
 * ingresses want that serve many models at one address. Node's own `fetch`
 * drops that header. It follows no redirect and takes bodies that are text.
 */
function createHostFetch(host: string): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, { ...init, signal: null });
    const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
    signal?.throwIfAborted();
    const incoming = await send(request, host, signal ?? undefined);
    const status = incoming.statusCode ?? 502;
    const headers = new Headers();
    for (const [name, values] of Object.entries(incoming.headersDistinct)) {
      for (const value of values ?? []) headers.append(name, value);
    }
    if (bodiless.has(status)) {
      incoming.resume();
      return new Response(null, { status, headers });
    }
    return new Response(Readable.toWeb(incoming), { status, headers });
  };
}

async function send(
  request: Request,
  host: string,
  signal: AbortSignal | undefined,
): Promise<IncomingMessage> {
  const body = Buffer.from(await request.arrayBuffer());
  const headers = Object.fromEntries(request.headers);
  const open = request.url.startsWith("https:") ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const sent = open(request.url, {
      method: request.method,
      headers: { ...headers, host, ...(body.length > 0 && { "content-length": body.length }) },
      ...(signal && { signal }),
    });
    sent.once("error", reject);
    sent.once("response", resolve);
    sent.end(body);
  });
}

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
