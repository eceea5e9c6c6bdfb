import { ConfigurationError, type ConfigurationProblem } from "../errors/configuration-error.ts";
import { MemoryQueue } from "./memory-queue.ts";
import type { RequestQueue } from "./request-queue.ts";

/** What every kind of queue is told. */
export interface QueueOptions {
  /** QUEUE_URL: its scheme chooses the kind. */
  readonly url: string;
  readonly maxSize: number;
  readonly sessionOrder: "concurrent" | "serial";
}

/** The kinds of queues, by the scheme of their URL. */
const queues: Readonly<Record<string, (options: QueueOptions) => RequestQueue>> = {
  "memory:": (options) => new MemoryQueue(options),
};

/** What is wrong with a QUEUE_URL, if anything. */
export function queueProblems(url: string): readonly ConfigurationProblem[] {
  if (findQueue(url)) return [];
  const known = Object.keys(queues).join(", ");
  // The URL may hold a password: it is not repeated here.
  return [{ name: "QUEUE_URL", message: `its scheme is not known; expected one of ${known}` }];
}

/** Creates the queue of a URL. @throws ConfigurationError when its scheme is not known */
export function createQueue(options: QueueOptions): RequestQueue {
  const create = findQueue(options.url);
  if (!create) throw new ConfigurationError(queueProblems(options.url));
  return create(options);
}

function findQueue(url: string) {
  const scheme = `${url.split(":", 1)[0]}:`;
  return Object.hasOwn(queues, scheme) ? queues[scheme] : undefined;
}
