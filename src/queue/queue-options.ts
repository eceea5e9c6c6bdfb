import type { Logger } from "../data-models/request-context.ts";

/** What every kind of queue is told. */
export interface QueueOptions {
  /** QUEUE_URL: its scheme chooses the kind. */
  readonly url: string;
  /** Where a queue that is a file lies, if its URL names no other place. */
  readonly folder: string;
  readonly modelID: string;
  readonly maxSize: number;
  readonly sessionOrder: "concurrent" | "serial";
  /** What a file survives. */
  readonly durability: "process" | "power";
  readonly retentionMs: number;
  readonly retentionBytes: number;
  readonly leaseMs: number;
  readonly logger: Logger;
  /** Called when the health of what is behind the queue has changed. */
  readonly onHealth?: () => void;
}
