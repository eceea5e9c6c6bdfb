import type { Refusal } from "./vendor-error.ts";

/** More of a refusal is of no use. */
const mostBytes = 65_536;

/** A `fetch` that ends with its call, and remembers what its SDK may lose. */
export interface RecordedFetch {
  readonly fetch: typeof fetch;
  /** The answer, if it was a refusal. */
  readonly refusal: () => Refusal | undefined;
  /** Whether an answer that is no refusal has begun. */
  readonly hasBegun: () => boolean;
}

/**
 * Wraps a `fetch` for one call. SDKs throw parts of a refusal away, each other
 * ones, and not all of them pass the signal on.
 * @param onOpen called when the vendor has said its status
 */
export function recordFetch(
  send: typeof fetch,
  signal: AbortSignal,
  onOpen: () => void = () => {},
): RecordedFetch {
  let refusal: Refusal | undefined;
  let hasBegun = false;
  return {
    refusal: () => refusal,
    hasBegun: () => hasBegun,
    fetch: async (input, init) => {
      refusal = undefined;
      hasBegun = false;
      const own = init?.signal ?? (input instanceof Request ? input.signal : undefined);
      const ended = own ? AbortSignal.any([own, signal]) : signal;
      const response = await send(input, { ...init, signal: ended });
      onOpen();
      const isPage = /^text\/html\b/i.test(response.headers.get("content-type") ?? "");
      if (response.ok && isPage) {
        await response.body?.cancel();
        throw new Error("a web page came instead of an answer");
      }
      hasBegun = response.ok;
      if (response.ok) return response;
      const { status, statusText, headers } = response;
      const body = await textOf(response);
      refusal = { status, headers, body };
      const rest = new Headers(headers);
      rest.delete("content-encoding");
      rest.delete("content-length");
      // A response that was made here may have no status below 200, and a body not always.
      if (status < 200 || [204, 205, 304].includes(status)) return response;
      return new Response(body, { status, statusText, headers: rest });
    },
  };
}

async function textOf({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    bytes += chunk.byteLength;
    if (bytes >= mostBytes) break;
  }
  return text;
}
