/** One request as the mock saw it. */
export interface MockRequest {
  readonly method: string;
  readonly path: string;
  /** The model of the request; empty if it names none. */
  readonly model: string;
  /** What was done to it; empty where no fault was chosen. */
  readonly fault: string;
  /** How many requests for this model, with this fault, there were before. */
  readonly earlier: number;
  /** Milliseconds since the first of them. */
  readonly sinceFirstMs: number;
  /** The parsed JSON; null when there was none. */
  readonly body: unknown;
  /** Whether it came with a key. Keys themselves are kept nowhere. */
  readonly hasKey: boolean;
  /** Milliseconds since 1970. */
  readonly beganAt: number;
  /** Null while it is worked on. */
  readonly endedAt: number | null;
  /** How it ended: the mock answered or hung up, or the client left; null while it is worked on. */
  readonly ending: "answered" | "hung up" | "client left" | null;
}
