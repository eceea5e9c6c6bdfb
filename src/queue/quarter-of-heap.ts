import { getHeapStatistics } from "node:v8";

/** Bytes that a queue may hold in memory unless it is told otherwise: models and answers need the rest. */
export const quarterOfHeap = getHeapStatistics().heap_size_limit / 4;
