import type { QueueStore } from "./queue-store.ts";

/** Whether what was claimed or taken at this time is still this process' own. */
export function isHeld({ lease }: QueueStore, takenAt: number): boolean {
  return takenAt >= lease.since && Date.now() < lease.until;
}
