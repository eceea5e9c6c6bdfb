import { readEnvironment } from "../config/environment.ts";
import { type ArenaServer, createArenaServer } from "../main.ts";
import { createModel, modelProblems } from "../models/registry.ts";
import { createLogger, type ServerLogger, standardOutput } from "../telemetry/logger.ts";

const signalNumbers = { SIGINT: 2, SIGTERM: 15 } as const;
type StopSignal = keyof typeof signalNumbers;

/** Serves the model of the environment until a signal comes, and returns the exit code. */
export async function serve(): Promise<number> {
  const output = standardOutput();
  try {
    const settings = readEnvironment(modelProblems);
    const logger = createLogger(settings.LOG_LEVEL, output);
    const server = createArenaServer(settings, await createModel(settings), logger);
    const stopped = untilStopped(server, logger);
    const { grpcPort, httpPort } = await server.start();
    const { modelID } = server;
    logger.info({ modelID, model: settings.MODEL, grpcPort, httpPort }, "serving");
    if (process.stdout.isTTY) greet(modelID, grpcPort);
    return await stopped;
  } finally {
    output.flushSync();
  }
}

/** Stops the server at the first signal; a second one ends the process at once. */
function untilStopped(server: ArenaServer, logger: ServerLogger): Promise<number> {
  return new Promise((resolve) => {
    let exitCode: number | null = null;
    const stop = (code: number) => {
      exitCode = code;
      void server.stop().then(() => {
        logger.info({ exitCode: code }, "stopped");
        resolve(code);
      });
    };
    const onSignal = (signal: StopSignal) => {
      if (exitCode !== null) process.exit(128 + signalNumbers[signal]);
      logger.info({ signal }, "stopping; a second signal stops at once");
      stop(0);
    };
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, onSignal);
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

function greet(modelID: string, port: number): void {
  process.stdout.write(
    `\n  ${modelID} is ready on port ${port}. Talk to it from another terminal:\n  npx arena chat localhost:${port}\n\n`,
  );
}
