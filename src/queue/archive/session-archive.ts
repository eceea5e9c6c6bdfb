/** A session of a durable queue at a glance. Times are milliseconds since 1970. */
export interface SessionSummary {
  readonly modelID: string;
  readonly sessionID: string;
  readonly requests: number;
  /** Requests that have an answer; `failed` of them an error. */
  readonly answered: number;
  readonly failed: number;
  /** Answers that no client has acknowledged. */
  readonly undelivered: number;
  /** Metrics that were published for it. */
  readonly metrics: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** A request as it was recorded, with its answer if it has one. */
export interface RecordedRequest {
  readonly modelID: string;
  readonly sessionID: string;
  readonly messageID: string;
  readonly state: "queued" | "running" | "answered" | "delivering" | "delivered";
  /** What the model was asked, a TaskInput; null for a request that was refused before it was stored. */
  readonly input: unknown;
  /** The answer's JSON text; null while there is none. */
  readonly answer: string | null;
  /** `OK` or the error's code. */
  readonly outcome: string | null;
  readonly attempts: number;
  readonly receivedAt: number;
  readonly claimedAt: number | null;
  readonly answeredAt: number | null;
  readonly deliveredAt: number | null;
}

/** Metrics as a task published them. */
export interface RecordedMetrics {
  readonly modelID: string;
  /** Empty where the metrics named no session. */
  readonly sessionID: string;
  readonly metrics: string;
  readonly receivedAt: number;
}

/** Reads and deletes what a durable queue keeps, also while servers use it. */
export interface SessionArchive {
  /** All sessions, the one with the latest request last. */
  sessions(): Promise<readonly SessionSummary[]>;
  /** A session's requests in the order of their arrival. */
  requests(sessionID: string): AsyncIterable<RecordedRequest>;
  /** Published metrics in the order of their arrival: of one session, or all. */
  metrics(sessionID: string | null): AsyncIterable<RecordedMetrics>;
  /** Deletes everything of a session, whatever its state, and says how much it was. */
  delete(sessionID: string): Promise<{ readonly requests: number; readonly metrics: number }>;
  close(): Promise<void>;
}
