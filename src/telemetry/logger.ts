import {
  type DestinationStream,
  destination,
  type Logger as PinoLogger,
  pino,
  stdTimeFunctions,
} from "pino";

/** Levels that `LOG_LEVEL` takes. */
export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

/** A logger that writes one JSON object a line. */
export interface ServerLogger extends PinoLogger {}

/** Creates a logger that leaves out what is below its level. */
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

/** Where log lines go, some of them a moment later. */
export interface LogOutput extends DestinationStream {
  /** Calls back when everything is written. */
  flush(done: () => void): void;
}

/** What waits for a reader that does not read; later lines are dropped. */
const maxWaitingBytes = 64 * 2 ** 20;

/** Standard output. Lines are written together, at most `flushMs` late. */
export function standardOutput(flushMs = 100): LogOutput {
  return destination({
    dest: 1,
    sync: false,
    minLength: 16_000,
    maxLength: maxWaitingBytes,
    periodicFlush: flushMs,
  });
}
