import type { QueueStore } from "./queue-store.ts";

/** Milliseconds since 1970 as this process has counted them since it began: nobody sets this clock. */
export function steadyNow(): number {
  return performance.timeOrigin + performance.now();
}

/** Whether what was claimed or taken at this time, by `steadyNow`, is still this process' own. */
export function isHeld({ lease }: QueueStore, takenAt: number): boolean {
  return takenAt >= lease.since && steadyNow() < lease.until;
}
