import {
  type DestinationStream,
  destination,
  type Logger as PinoLogger,
  pino,
  stdTimeFunctions,
} from "pino";

/** Levels that `LOG_LEVEL` takes. */
export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

/** A logger whose lines wait in memory for a moment: `flush` before the process ends. */
export interface ServerLogger extends PinoLogger {}

/** Creates a logger that writes one JSON object a line. */
export function createLogger(level: LogLevel, output: DestinationStream): ServerLogger {
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    output,
  );
}

/** Standard output. Lines are written together, at most `flushMs` late. */
export function standardOutput(flushMs = 100): DestinationStream & { flushSync(): void } {
  return destination({ dest: 1, sync: false, minLength: 16_000, periodicFlush: flushMs });
}
