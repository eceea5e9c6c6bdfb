import { scrape } from "../fixtures/scrape.ts";

/** Figures of a server's process at one moment, by its own account. */
export interface ProcessSample {
  readonly minutes: number;
  readonly residentMB: number;
  readonly heapMB: number;
  /** Open files, sockets and pipes. */
  readonly descriptors: number;
  /** What keeps Node's event loop busy. */
  readonly handles: number;
}

/** What of a sample is watched for growth. */
export type Figure = Exclude<keyof ProcessSample, "minutes">;

/** Takes a sample. */
export async function sampleProcess(httpUrl: string, minutes: number): Promise<ProcessSample> {
  const figures = await scrape(httpUrl);
  const figure = (name: string) => figures.get(name) ?? Number.NaN;
  return {
    minutes,
    residentMB: figure("process_resident_memory_bytes") / 2 ** 20,
    heapMB: figure("nodejs_heap_size_used_bytes") / 2 ** 20,
    descriptors: figure("process_open_fds"),
    handles: figure("nodejs_active_handles_total"),
  };
}
