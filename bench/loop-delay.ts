// Watches the event loop of the process that imports it, and tells who started it.
import { monitorEventLoopDelay } from "node:perf_hooks";

/** Every interval is at least this long; what is above it is delay. */
const resolution = 1;

const delays = monitorEventLoopDelay({ resolution });
delays.enable();
process.on("message", () => {
  process.send?.(delays.percentile(99) / 1e6 - resolution);
  delays.reset();
});
// Whoever started it may go away; that keeps nobody alive.
process.channel?.unref();
