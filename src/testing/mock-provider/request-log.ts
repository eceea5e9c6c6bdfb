type Entry = { -readonly [Key in keyof MockRequest]: MockRequest[Key] };

/** Says how a request ended; only the first call counts. */
export type EndRequest = (ending: NonNullable<MockRequest["ending"]>) => void;

/** Keeps what the mock saw, for as long as it is of use; waiters wait for it without asking again and again. */
export class RequestLog {
  readonly #now: () => number;
  readonly #waiters: (() => void)[] = [];
  #entries: Entry[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** All requests since the beginning, or since `clear`; the newest last. */
  get requests(): readonly MockRequest[] {
    return this.#entries;
  }

  /** Adds a request and returns it with what says that it ended. */
  add(
    request: Omit<MockRequest, "earlier" | "sinceFirstMs" | "endedAt" | "ending">,
  ): [MockRequest, EndRequest] {
    const { fault, model, beganAt } = request;
    const same = this.#entries.filter(
      (entry) => fault !== "" && entry.fault === fault && entry.model === model,
    );
    const sinceFirstMs = beganAt - (same[0]?.beganAt ?? beganAt);
    const entry: Entry = {
      ...request,
      earlier: same.length,
      sinceFirstMs,
      endedAt: null,
      ending: null,
    };
    this.#entries.push(entry);
    this.#wake();
    const end: EndRequest = (ending) => {
      if (entry.ending !== null) return;
      entry.ending = ending;
      entry.endedAt = this.#now();
      this.#wake();
    };
    return [entry, end];
  }

  clear(): void {
    this.#entries = [];
  }

  /** Resolves once this holds for the requests so far. */
  async until(condition: (requests: readonly MockRequest[]) => boolean): Promise<void> {
    while (!condition(this.#entries)) {
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }

  #wake(): void {
    for (const wake of this.#waiters.splice(0)) wake();
  }
}

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
