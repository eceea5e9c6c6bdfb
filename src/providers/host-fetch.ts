import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { Readable } from "node:stream";

/** Statuses whose answers may have no body. */
const bodiless: ReadonlySet<number> = new Set([101, 204, 205, 304]);

/**
 * Creates a `fetch` that sends another Host header than its address's, as
 * ingresses want that serve many models at one address. Node's own `fetch`
 * drops that header. It follows no redirect and takes bodies that are text.
 */
export function createHostFetch(host: string): typeof fetch {
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
