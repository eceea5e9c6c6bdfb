import type { ConfigurationProblem } from "../errors/configuration-error.ts";
import { MemoryQueue } from "./memory-queue.ts";
import type { RequestQueue } from "./request-queue.ts";

/** What every kind of queue is told. */
export interface QueueOptions {
  /** QUEUE_URL: its scheme chooses the kind. */
  readonly url: string;
  readonly maxSize: number;
  readonly sessionOrder: "concurrent" | "serial";
}

const queues = {
  "memory:": (options: QueueOptions) => new MemoryQueue(options),
} satisfies Record<string, (options: QueueOptions) => RequestQueue>;

function schemeOf(url: string): keyof typeof queues | null {
  const scheme = `${url.split(":", 1)[0]}:`;
  return scheme === "memory:" ? scheme : null;
}

/** What is wrong with a QUEUE_URL, if anything. */
export function queueProblems(url: string): readonly ConfigurationProblem[] {
  if (schemeOf(url)) return [];
  const known = Object.keys(queues).join(", ");
  // The URL may hold a password: it is not repeated here.
  return [{ name: "QUEUE_URL", message: `its scheme is not known; expected one of ${known}` }];
}

/** Creates the queue of a URL that has no problems. */
export function createQueue(options: QueueOptions): RequestQueue {
  return queues[schemeOf(options.url) ?? "memory:"](options);
}
