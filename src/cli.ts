#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { ConfigurationError } from "./errors/arena-error.ts";
import { nodeProblem } from "./process/node-version.ts";
import { withoutFullStop } from "./text/full-stop.ts";
import { shownText, withoutPastedKeys } from "./text/shown-text.ts";

const usage = `arena: puts an AI model in service for the Collaborative AI Arena

  arena [serve]          serve the model that MODEL names (default: echo)
  arena chat ADDRESS     talk to a model container, as the arena would
  arena doctor ADDRESS   find out whether a model container survives the arena
  arena doctor profiles  find out whether the profiles of arena.yaml would work
  arena models           list the built-in models and the settings they need
  arena profiles         say which models may be used, by which profile, and by whom
  arena route            show what a route of arena.yaml does
  arena mock             be a provider that fails on demand, to rehearse bad days
  arena sessions         list, export and delete what the queue keeps
  arena replay FILE      ask another model what was recorded, and compare

  arena COMMAND --help   what a command takes
  arena --version

All settings are environment variables; docs/configuration.md lists them.
`;

const serveUsage = `arena serve: serves the model that MODEL names until SIGTERM or Ctrl-C

It takes no options: all settings are environment variables, also from a file
.env in the working directory. docs/configuration.md lists them; "arena models"
lists the models.
`;

const modelsUsage = `arena models: lists the built-in models and the settings they need

It takes no options. Which settings are set is read from the environment and
from a file .env in the working directory; no value is printed.
`;

/** `EX_CONFIG` of sysexits.h. */
const configurationExitCode = 78;

/** Every command imports what it needs only when it is called. */
const commands: Readonly<Record<string, (argv: string[]) => Promise<number>>> = {
  serve: async (argv) =>
    argv.length > 0 ? explain(serveUsage, argv) : (await import("./commands/serve.ts")).serve(),
  models: async (argv) =>
    argv.length > 0
      ? explain(modelsUsage, argv)
      : (await import("./commands/models.ts")).printModels(),
  chat: async (argv) => (await import("./commands/chat/chat.ts")).runChat(argv, process),
  sessions: async (argv) =>
    (await import("./commands/sessions/sessions.ts")).runSessions(argv, process),
  replay: async (argv) => (await import("./commands/replay/replay.ts")).runReplay(argv, process),
  profiles: async (argv) =>
    (await import("./commands/profiles/profiles.ts")).runProfiles(
      argv,
      process,
      await configFile(),
    ),
  route: async (argv) =>
    (await import("./commands/route/route.ts")).runRoute(
      argv,
      process,
      (await import("./commands/route/open-route.ts")).openRoute,
    ),
  mock: async (argv) => (await import("./commands/mock.ts")).runMock(argv, process),
  doctor: async (argv) =>
    argv[0] === "profiles"
      ? (await import("./commands/doctor-profiles/doctor-profiles.ts")).runPreflight(
          argv.slice(1),
          process,
        )
      : (await import("./commands/doctor/doctor.ts")).runDoctor(argv, process),
};

/** Reads the environment only when it is asked for the file. */
async function configFile(): Promise<() => string | undefined> {
  const { readEnvironment } = await import("./config/environment.ts");
  return () => readEnvironment().CONFIG_FILE;
}

async function main(argv: readonly string[]): Promise<number> {
  const problem = nodeProblem(process.versions.node);
  if (problem) {
    process.stderr.write(`arena: ${problem}\n`);
    return 1;
  }
  const [name = "serve", ...rest] = argv;
  if (name === "--version") {
    const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
    process.stdout.write(`${JSON.parse(text).version}\n`);
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) return explain(usage, argv);
  try {
    return await command(rest);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return configurationExitCode;
  }
}

/** Prints how to call it: because it was asked for, or because the call was wrong. */
function explain(text: string, argv: readonly string[]): number {
  const [first] = argv;
  if (first === "--help" || first === "-h" || first === "help") {
    process.stdout.write(text);
    return 0;
  }
  process.stderr.write(`arena: ${shownText(first ?? "")} is not known here.\n\n${text}`);
  return 2;
}

let isOutputLost = false;
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // Whoever reads only the first lines has what they want.
  if (error.code === "EPIPE" || isOutputLost) return;
  isOutputLost = true;
  process.stderr.write(
    `arena: the output cannot be written (${withoutFullStop(error.message)}); make room for it, or send it elsewhere\n`,
  );
});
// There is nowhere left to say it.
process.stderr.on("error", () => {});

/** Resolves when all that was written has gone, or nobody can read it any longer. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.writableLength === 0) resolve();
    else stream.write("", () => resolve());
  });
}

let hasEnded = false;
let isIdle = false;
process.once("beforeExit", () => {
  isIdle = true;
});
// Node ends without a word when nothing can happen any longer, or a module ends it; that is no orderly end.
process.once("exit", (exitCode) => {
  if (hasEnded || exitCode !== 0) return;
  const why = isIdle
    ? "waits for something that can never come, such as a model's module that never finishes loading"
    : "something ended the process, such as a model that calls process.exit(); throw an error instead";
  process.stderr.write(`arena: ${why}\n`);
  process.exitCode = 1;
});

/** Ends the process when a slow reader has the whole output; a pipe holds 64 KB of it. */
async function exit(exitCode: number): Promise<never> {
  await Promise.all([written(process.stdout), written(process.stderr)]);
  hasEnded = true;
  process.exit(exitCode === 0 && isOutputLost ? 1 : exitCode);
}

main(process.argv.slice(2)).then(exit, (error: unknown) => {
  process.stderr.write(`arena: ${withoutPastedKeys(inspect(error))}\n`);
  return exit(1);
});
