import type { Secret } from "../secrets/secret.ts";

/** How one call reaches its vendor. */
export interface VendorCall {
  /** Sends the key itself, obeys `signal`, follows no redirect. SDKs get it, and no key. */
  readonly fetch: typeof fetch;
  /** For the SDKs that cannot do without; null where no key is needed. */
  readonly secret: Secret | null;
  /** Aborts when nobody waits any longer. */
  readonly signal: AbortSignal;
  /** To be called once the vendor has begun to answer. `fetch` does, with the status. */
  readonly onOpen?: (() => void) | undefined;
  /** To be called for a sign of life that is in no chunk of the stream. */
  readonly onProgress?: (() => void) | undefined;
  /** To be called with the name by which the server says who answers. */
  readonly onServed?: ((model: string) => void) | undefined;
}

/** What SDKs are given that insist on a key: `VendorCall.fetch` has it. */
export const noKey = "none";

/** The longest delay that a timer takes; the router's limits decide, no SDK's. */
export const neverMs = 2_147_483_647;
