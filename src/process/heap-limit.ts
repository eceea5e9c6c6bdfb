import { totalmem } from "node:os";
import { getHeapStatistics } from "node:v8";

const memory = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
/** V8's limit includes a young generation, in which nothing stays, of at most so much. */
const youngBytes = Math.min(192 * 2 ** 20, memory / 32);
const limit = getHeapStatistics().heap_size_limit;

/** Bytes in which everything must fit that this process keeps for longer than a moment. */
export const heapBytes = Math.max(limit - youngBytes, limit / 3);

/** While a request of this size is taken and another one runs, the heap suffices. */
export const maxRequestBytes = Math.floor(heapBytes / 6);
