import type { QueueOptions } from "../queue-options.ts";
import type { RequestQueue } from "../request-queue.ts";
import { createStoredQueue } from "../stored/stored-queue.ts";
import { PostgresStore } from "./postgres-store.ts";

/** A queue whose rows lie in a Postgres, for any number of processes. */
export function createQueue(options: QueueOptions): RequestQueue {
  const { url, logger } = options;
  return createStoredQueue(
    options,
    (storeOptions) => new PostgresStore({ ...storeOptions, url, logger }),
  );
}
