import { setTimeout as sleep } from "node:timers/promises";
import { type ArenaServer, createArenaServer, serverProblems } from "../compose.ts";
import { readEnvironment } from "../config/environment.ts";
import { createModel, modelProblems } from "../models/registry.ts";
import { collectWhenCalm } from "../process/garbage-collection.ts";
import {
  createLogger,
  type LogOutput,
  type ServerLogger,
  standardOutput,
} from "../telemetry/logger.ts";

/** SIGHUP comes when a terminal closes. */
const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
const flushTimeoutMs = 1000;
type StopSignal = keyof typeof signalNumbers;

/** Serves the model of the environment until a signal comes, and returns the exit code. */
export async function serve(): Promise<number> {
  const output = standardOutput();
  const settings = readEnvironment((read) => [...modelProblems(read), ...serverProblems(read)]);
  const logger = createLogger(settings.LOG_LEVEL, output);
  const model = await createModel(settings, process.cwd(), logger);
  const server = await createArenaServer(settings, model, logger);
  const endCollecting = collectWhenCalm();
  let isStopping = false;
  try {
    const stopped = untilStopped(server, logger, output, () => {
      isStopping = true;
    });
    const started = server.start().catch((error: unknown) => {
      // Who stops a server that waits for its database wants no error.
      if (!isStopping) throw error;
      return null;
    });
    // A start that hangs does not hold up the end.
    const ports = await Promise.race([started, stopped.then(() => null)]);
    if (ports) {
      logger.info({ modelID: server.modelID, model: settings.MODEL, ...ports }, "serving");
      if (process.stdout.isTTY) greet(server.modelID, ports.grpcPort);
    }
    return await stopped;
  } finally {
    endCollecting();
    await flushed(output);
  }
}

/** Stops the server at the first signal; a second one ends the process at once. */
function untilStopped(
  server: ArenaServer,
  logger: ServerLogger,
  output: LogOutput,
  onStop: () => void,
): Promise<number> {
  return new Promise((resolve) => {
    let exitCode: number | null = null;
    const stop = (code: number) => {
      exitCode = code;
      onStop();
      void server.stop().then(() => {
        logger.info({ exitCode: code }, "stopped");
        resolve(code);
      });
    };
    const onSignal = (signal: StopSignal) => {
      if (exitCode !== null) {
        output.close();
        process.exit(128 + signalNumbers[signal]);
      }
      logger.info({ signal }, "stopping; a second signal stops at once");
      stop(0);
    };
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, onSignal);
    // A model may lose track of a promise; the requests of others must not suffer for it.
    process.on("unhandledRejection", (error) =>
      logger.error({ err: error }, "unhandled rejection"),
    );
    process.on("uncaughtException", (error) => {
      logger.error({ err: error }, "uncaught exception: answering what is left, then stopping");
      if (exitCode === null) stop(1);
    });
  });
}

/** Writes the last lines, but waits only a moment: nobody may be reading them. */
async function flushed(output: LogOutput): Promise<void> {
  await Promise.race([
    new Promise<void>((resolve) => output.flush(() => resolve())),
    sleep(flushTimeoutMs),
  ]);
  // Else the process would go on writing when it exits, for as long as it takes.
  output.close();
}

function greet(modelID: string, port: number): void {
  process.stdout.write(
    `\n  ${modelID} is ready on port ${port}. Talk to it from another terminal:\n  npx arena chat localhost:${port}\n\n`,
  );
}
