import type { ChatEvent, ChatRequest } from "../data-models/chat.ts";
import type { RequestContext } from "../data-models/request-context.ts";

/** What stations know about a request beside its text. */
export interface StationContext extends RequestContext {
  /** When the request came, in milliseconds since 1970. */
  readonly receivedAt: number;
}

/**
 * A station of every request's way, whichever door it came by. It passes on the
 * answer of the next station, watches or changes it, or throws; whoever breaks
 * off the iteration is not answered any further.
 */
export type Station = (request: ChatRequest, context: StationContext) => AsyncIterable<ChatEvent>;
