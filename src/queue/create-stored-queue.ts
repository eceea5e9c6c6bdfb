import type { QueueOptions } from "./queue-options.ts";
import type { QueueStore, QueueStoreOptions } from "./queue-store.ts";
import { StoredQueue } from "./stored-queue.ts";

/** As many answers as the queue in memory holds, before no further work is begun. */
const maxUndelivered = 10_000;

/** Puts a queue on top of a store. */
export function createStoredQueue(
  options: QueueOptions,
  createStore: (options: QueueStoreOptions) => QueueStore,
): StoredQueue {
  const { modelID, maxSize, sessionOrder, leaseMs, logger } = options;
  const { retentionMs, retentionBytes } = options;
  const isSerial = sessionOrder === "serial";
  const limits = { maxSize, maxUndelivered };
  return new StoredQueue({
    ...limits,
    isSerial,
    logger,
    ...(options.onHealth && { onHealth: options.onHealth }),
    createStore: (onChange) =>
      createStore({
        ...limits,
        ...{ modelID, isSerial, retentionMs, retentionBytes, leaseMs, onChange },
      }),
  });
}
