import type { ProviderError } from "../../errors/model-errors.ts";
import { boundedText } from "../../text/bounded-text.ts";
import type { Refusal } from "../errors/vendor-error.ts";
import { boundedBody, oversizedAnswer } from "./bounded-body.ts";

/** More of a refusal is of no use. */
const maxBytes = 65_535;

/** A `fetch` that ends with its call, and remembers what its SDK may lose. */
export interface RecordedFetch {
  readonly fetch: typeof fetch;
  /** The answer, if it was a refusal. */
  readonly refusal: () => Refusal | undefined;
  /** Whether an answer that is no refusal has begun. */
  readonly hasBegun: () => boolean;
  /** The error of an answer that was given up for its size; SDKs wrap it, or lose it. */
  readonly oversized: () => ProviderError | undefined;
}

/**
 * Wraps a `fetch` for one call. SDKs throw parts of a refusal away, each other
 * ones, and not all of them pass the signal on.
 * @param provider the vendor's name, as people know it
 * @param onOpen called when the vendor has said its status
 */
export function recordFetch(
  send: typeof fetch,
  signal: AbortSignal,
  provider: string,
  onOpen: () => void = () => {},
): RecordedFetch {
  let refusal: Refusal | undefined;
  let hasBegun = false;
  let oversized: ProviderError | undefined;
  const onTooLarge = () => {
    oversized = oversizedAnswer(provider);
    return oversized;
  };
  return {
    refusal: () => refusal,
    hasBegun: () => hasBegun,
    oversized: () => oversized,
    fetch: async (input, init) => {
      refusal = undefined;
      hasBegun = false;
      const own = init?.signal ?? (input instanceof Request ? input.signal : undefined);
      const ended = own ? AbortSignal.any([own, signal]) : signal;
      const response = await send(input, { ...init, signal: ended });
      onOpen();
      const type = response.headers.get("content-type") ?? "";
      const isPage = /^text\/html\b/i.test(type);
      if (response.ok && isPage) {
        await response.body?.cancel();
        throw new Error("a web page came instead of an answer");
      }
      hasBegun = response.ok;
      const { status, statusText, headers } = response;
      if (response.ok) {
        if (!response.body) return response;
        const isStream = /^text\/event-stream\b/i.test(type);
        const body = boundedBody(response.body, { isStream, onTooLarge });
        return new Response(body, { status, statusText, headers });
      }
      const body = await boundedText(response, maxBytes, () => {});
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
