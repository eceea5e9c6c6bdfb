import { writeSync } from "node:fs";
import {
  type DestinationStream,
  destination,
  type Logger as PinoLogger,
  pino,
  stdSerializers,
  stdTimeFunctions,
} from "pino";
import { withoutFullStop } from "../text/full-stop.ts";
import { reasonOf } from "../text/reason-of.ts";

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
      serializers: { err: readable },
    },
    output,
  );
}

/** Models throw anything, also what throws when it is read. */
function readable(thrown: unknown): unknown {
  try {
    return Reflect.apply(stdSerializers.err, undefined, [thrown]);
  } catch {
    return reasonOf(thrown);
  }
}

/** Where log lines go, some of them a moment later. */
export interface LogOutput extends DestinationStream {
  /** Calls back when everything is written, or cannot be. */
  flush(done: () => void): void;
  /** Gives up what is not written, so that no end waits for it. */
  close(): void;
}

/** What waits for a reader that does not read; later lines are dropped. */
const maxWaitingBytes = 64 * 2 ** 20;

/**
 * Standard output. Lines are written together, at most `flushMs` late. While
 * they cannot be written, as on a full disk, they wait.
 */
export function standardOutput(flushMs = 100): LogOutput {
  const stream = destination({
    dest: 1,
    sync: false,
    minLength: 16_000,
    maxLength: maxWaitingBytes,
    periodicFlush: flushMs,
  });
  let isOpen = true;
  // Unheard, the first of them would end the service, and each one an end that flushes.
  stream.once("error", tellUnwritten);
  stream.on("error", () => {});
  return {
    write: (line) => {
      if (isOpen) stream.write(line);
    },
    flush: (done) => stream.flush(() => done()),
    close: () => {
      isOpen = false;
      stream.destroy();
    },
  };
}

function tellUnwritten(error: NodeJS.ErrnoException): void {
  // Who reads no more wants no word about it.
  if (error.code === "EPIPE") return;
  const message = `arena: the log cannot be written to standard output (${withoutFullStop(error.message)}); make room there. The server goes on, and tries again\n`;
  try {
    writeSync(2, message);
  } catch {
    // There is nowhere left to say it.
  }
}
