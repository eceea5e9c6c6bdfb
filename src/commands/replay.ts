import { CommandError } from "../client/command-error.ts";
import { parseArguments } from "../client/parse-arguments.ts";
import { runCommand } from "../client/run-command.ts";
import type { Terminal } from "../client/terminal.ts";
import type { Settings } from "../config/settings.ts";
import { definitionOf } from "../models/definition-of.ts";
import { createLogger } from "../telemetry/logger.ts";
import { Candidate } from "./replay/candidate.ts";
import { Progress } from "./replay/progress.ts";
import { readRecordings } from "./replay/read-recordings.ts";
import type { Recording } from "./replay/recording.ts";
import { type ReplayResult, replayAll } from "./replay/replay-all.ts";
import { processWorld, type ReplayWorld } from "./replay/replay-world.ts";
import { showResult, toResultLine } from "./replay/show-result.ts";
import { Summary } from "./replay/summary.ts";
import { withModel } from "./replay/with-model.ts";
import { LineOutput, ReaderGoneError } from "./sessions/line-output.ts";

const help = `arena replay FILE: asks another model what was recorded, and compares the answers

FILE is what "arena sessions export" wrote, or JSON lines of {"input": {"messages":
[…]}} or of arrays of messages; - reads standard input. Nothing runs before the
whole file has been checked. Requests go the way that a server sends them, with
its limits: REQUEST_TIMEOUT_MS, MAX_ANSWER_BYTES.

  --model MODEL      a built-in model, the path of a module, or a package (MODEL)
  --session SESSION  only the requests of this session
  --limit N          only the first N requests
  --concurrency N    so many requests at once (1)
  --json             one JSON object a line; the summary goes to standard error
  -h, --help         this text

Exit code: 0 every request got an answer, 1 one did not, 2 wrong command line or
file, 78 the model or the settings cannot be used, 130 ended by Ctrl-C.
`;

const interruptedExitCode = 130;

/** `arena replay`: asks a model what was recorded, compares the answers, and returns the exit code. */
export function runReplay(
  argv: readonly string[],
  terminal: Terminal,
  world: ReplayWorld = processWorld,
): Promise<number> {
  return runCommand("replay", terminal, () => run(argv, terminal, world));
}

async function run(
  argv: readonly string[],
  terminal: Terminal,
  world: ReplayWorld,
): Promise<number> {
  const { values, positionals } = parseArguments({
    args: [...argv],
    options: {
      model: { type: "string" },
      session: { type: "string" },
      limit: { type: "string" },
      concurrency: { type: "string" },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
    allowPositionals: true,
  });
  if (values.help) {
    terminal.stdout.write(help);
    return 0;
  }
  const limit = toCount("--limit", values.limit, Number.POSITIVE_INFINITY);
  const concurrency = toCount("--concurrency", values.concurrency, 1);
  const selection = { sessionID: values.session, limit };
  const file = toFile(positionals);
  const { selected, withoutInput } = await readRecordings(file, terminal.stdin, selection);
  if (withoutInput > 0) {
    terminal.stderr.write(
      `Left out ${withoutInput} request(s) that were refused before they were stored.\n`,
    );
  }
  const settings = world.readSettings();
  return replay(
    {
      recordings: selected,
      settings: values.model === undefined ? settings : { ...settings, MODEL: values.model },
      concurrency,
      form: values.json ? "json" : "text",
    },
    terminal,
    world,
  );
}

/** What is replayed, and how. */
interface Plan {
  readonly recordings: readonly Recording[];
  readonly settings: Settings;
  readonly concurrency: number;
  readonly form: "json" | "text";
}

async function replay(plan: Plan, terminal: Terminal, world: ReplayWorld): Promise<number> {
  const { recordings, settings, concurrency, form } = plan;
  const total = recordings.length;
  const { stdout, stderr } = terminal;
  const progress = new Progress(stderr, total);
  const logger = createLogger(settings.LOG_LEVEL, {
    write: (line) => {
      progress.clear();
      stderr.write(line);
    },
  });
  const model = await world.createModel(settings);
  const limits = {
    timeoutMs: settings.REQUEST_TIMEOUT_MS,
    maxAnswerBytes: settings.MAX_ANSWER_BYTES,
  };
  const candidate = new Candidate(model, definitionOf(model), limits, logger);
  const output = LineOutput.to(stdout);
  const summary = new Summary();
  const interruption = new AbortController();
  const ending = new AbortController();
  const signal = AbortSignal.any([interruption.signal, ending.signal]);
  const stopListening = world.onInterrupt(() => interruption.abort());
  const onResult = async (result: ReplayResult) => {
    summary.add(result);
    progress.clear();
    if (form === "json") await output.line(toResultLine(result));
    else await showResult(result, { modelID: candidate.modelID, stream: stdout }, output);
    progress.show(summary.count);
  };
  try {
    await withModel(model, signal, logger, async () => {
      progress.show(0);
      try {
        for await (const result of replayAll(recordings, candidate, { concurrency, signal })) {
          await onResult(result);
        }
      } finally {
        // The model is stopped next: nothing may run on in it.
        ending.abort();
      }
    });
    progress.clear();
    const summaryOutput = form === "json" ? LineOutput.to(stderr) : output;
    await summaryOutput.line(summary.lines(total).join("\n"));
  } catch (error) {
    if (!(error instanceof ReaderGoneError)) throw error;
  } finally {
    stopListening();
  }
  if (interruption.signal.aborted) return interruptedExitCode;
  return summary.failures > 0 ? 1 : 0;
}

function toFile(positionals: readonly string[]): string {
  const [file, ...rest] = positionals;
  if (file !== undefined && rest.length === 0) return file;
  throw new CommandError(
    2,
    `Expected one FILE, got ${positionals.length}. "arena sessions export" writes it; - is standard input.`,
  );
}

function toCount(option: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new CommandError(2, `${option} expects a whole number from 1 on; got ${text}.`);
}
