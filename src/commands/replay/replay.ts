import { once } from "node:events";
import { readEnvironment } from "../../config/environment.ts";
import type { Settings } from "../../config/settings.ts";
import type { Logger } from "../../data-models/request-context.ts";
import { Lifecycle } from "../../lifecycle/lifecycle.ts";
import type { AIModel } from "../../models/ai-model.ts";
import { definitionOf } from "../../models/module/definition-of.ts";
import { createModel } from "../../models/registry.ts";
import { createLogger } from "../../telemetry/logger.ts";
import { reasonOf } from "../../text/reason-of.ts";
import { CommandError, parseArguments, runCommand, type Terminal } from "../command.ts";
import { LineOutput, ReaderGoneError } from "../sessions/line-output.ts";
import { Candidate } from "./candidate.ts";
import { readRecordings } from "./read-recordings.ts";
import type { Recording } from "./recording.ts";
import { type ReplayResult, replayAll } from "./replay-all.ts";
import { showResult, toResultLine } from "./show-result.ts";
import { Summary } from "./summary.ts";

/** Says on a terminal how far it is; elsewhere it says nothing. */
class Progress {
  readonly #stream: Terminal["stderr"];
  readonly #total: number;
  #isShown = false;

  constructor(stream: Terminal["stderr"], total: number) {
    this.#stream = stream;
    this.#total = total;
  }

  show(done: number): void {
    if (this.#stream.isTTY && done < this.#total) {
      this.#isShown = true;
      this.#stream.write(`\r\x1b[K${done}/${this.#total} replayed …`);
    }
  }

  /** Makes room for other lines. */
  clear(): void {
    if (this.#isShown) this.#stream.write("\r\x1b[K");
    this.#isShown = false;
  }
}

/** Where a replay gets its settings, its model and its end from. */
interface ReplayWorld {
  readonly readSettings: () => Settings;
  /** @throws ConfigurationError when the model cannot be built */
  readonly createModel: (settings: Settings) => Promise<AIModel>;
  /** Calls back once at Ctrl-C, unless the returned function was called before. */
  readonly onInterrupt: (interrupt: () => void) => () => void;
}

/** The world as this process finds it. */
const processWorld: ReplayWorld = {
  readSettings: () => readEnvironment(),
  createModel: (settings) => createModel(settings),
  // A second Ctrl-C finds nobody who listens, and ends the process.
  onInterrupt: (interrupt) => {
    process.once("SIGINT", interrupt);
    return () => process.off("SIGINT", interrupt);
  },
};

/** As long as a server waits for it. */
const stopTimeoutMs = 5000;

/**
 * Starts a model, lets `use` use it unless `signal` aborts before, and stops it.
 * @throws CommandError when it does not start
 */
async function withModel(
  model: AIModel,
  signal: AbortSignal,
  logger: Logger,
  use: () => Promise<void>,
): Promise<void> {
  const part = { name: "model", start: () => model.start(), stop: () => model.stop() };
  const lifecycle = new Lifecycle([{ ...part, stopTimeoutMs }], {
    startTimeoutMs: stopTimeoutMs,
    onStopError: (_, error) => logger.error({ err: error }, "the model failed to stop"),
  });
  const started = lifecycle.start().catch((error: unknown) => {
    throw new CommandError(1, `The model failed to start: ${reasonOf(error)}`);
  });
  try {
    if (await Promise.race([started, aborted(signal)])) await use();
  } finally {
    await lifecycle.stop();
  }
}

async function aborted(signal: AbortSignal): Promise<false> {
  if (!signal.aborted) await once(signal, "abort");
  return false;
}

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
