import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const defaultIntervalMs = 10_000;
/** A thread that works for a smaller part of its time is calm. */
const calmUtilization = 0.25;
/** A heap may hold so much beyond twice what was alive in it. */
const roomBytes = 16 * 2 ** 20;
/** Collections stop the thread for so much of its time at most. */
const maxTimeShare = 0.001;

/**
 * Collects this thread's garbage once it has become calm. V8 by itself looks at
 * what has become old only when more of it comes, and so holds what a flood has
 * left for hours; after a collection it gives pages back within ten seconds.
 * Returns what ends it.
 */
export function collectWhenCalm(intervalMs = defaultIntervalMs): () => void {
  let before = performance.eventLoopUtilization();
  let aliveBytes = 0;
  let notBefore = 0;
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    const { total_heap_size, external_memory } = getHeapStatistics();
    const isLarge = total_heap_size + external_memory > 2 * aliveBytes + roomBytes;
    const begin = performance.now();
    if (!isLarge || utilization > calmUtilization || begin < notBefore) return;
    collect();
    const end = performance.now();
    notBefore = end + (end - begin) / maxTimeShare;
    const { used_heap_size, external_memory: external } = getHeapStatistics();
    aliveBytes = used_heap_size + external;
  }, intervalMs);
  // Whoever has nothing else to do ends.
  timer.unref();
  return () => clearInterval(timer);
}

let collectGarbage: unknown;

/** Only contexts that are created after the flag is set have it. */
function collect(): void {
  if (collectGarbage === undefined) {
    setFlagsFromString("--expose-gc");
    collectGarbage = runInNewContext("gc");
  }
  if (typeof collectGarbage === "function") collectGarbage();
}
