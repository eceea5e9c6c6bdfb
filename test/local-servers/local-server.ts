import type { LocalKind } from "../fixtures/local-stand-in.ts";

/** A server of one's own, real or a stand-in, as the checks find it. */
export interface LocalServer {
  readonly kind: LocalKind;
  readonly baseURL: string;
}

/** What every server has: a model that says a few words and sees nothing. */
export const blindModel = { name: "tiny", contextTokens: 2048 };
/** What Ollama has beside it: one that goes on for ever, and one that nobody has loaded. */
export const endlessModel = { name: "loop", contextTokens: 2048, endless: true };
export const coldModel = { name: "cold", contextTokens: 2048 };
