import { readEnvironment } from "../../config/environment.ts";
import type { SessionArchive } from "../../queue/archive/session-archive.ts";
import { openArchives } from "../../queue/registry.ts";
import { printable } from "../../text/printable.ts";
import { CommandError, parseArguments, runCommand, type Terminal } from "../command.ts";
import { deleteSession } from "./delete-session.ts";
import { exportSession, exportSessions } from "./export-sessions.ts";
import { LineOutput, ReaderGoneError, withOutput } from "./line-output.ts";
import { listSessions } from "./list-sessions.ts";
import { printMetrics, printMetricsTable } from "./print-metrics.ts";
import { describeContents, requireSession } from "./session-contents.ts";

/** Opens what a queue keeps; without a URL the queue of the settings. */
type OpenArchives = (queueUrl: string | undefined) => Promise<readonly SessionArchive[]>;

/**
 * Opens the archives of a queue as the settings say.
 * @throws ConfigurationError when it keeps nothing, or cannot be used
 */
const openConfiguredArchives: OpenArchives = async (queueUrl) => {
  const { QUEUE_URL, SHARED_FOLDER_PATH } = readEnvironment();
  return openArchives(queueUrl ?? QUEUE_URL, SHARED_FOLDER_PATH);
};

const help = `arena sessions: shows, exports and deletes what a durable queue keeps

  arena sessions [list]            all sessions as a table
    --json                         as JSON lines
  arena sessions export SESSION    a session's requests and answers as JSON lines
    --all                          of all sessions, in the place of SESSION
    --output FILE                  into a new file
  arena sessions delete SESSION    deletes requests, answers and metrics of a participant
    --yes                          without asking
  arena sessions metrics [SESSION] published metrics as JSON lines
    --csv                          as CSV for spreadsheets
    --output FILE                  into a new file

  --queue URL   the queue, as QUEUE_URL; default: the setting
  -h, --help    this text

It works while servers use the queue. What is exported holds participants' words.
"delete" does not touch log files, exports and backups.

Exit code: 0 done, 1 nothing there or nothing done, 2 wrong command line, 78 no
queue that can be read.
`;

const options = {
  json: { type: "boolean" },
  all: { type: "boolean" },
  output: { type: "string" },
  yes: { type: "boolean" },
  csv: { type: "boolean" },
  queue: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

interface Values {
  readonly json?: boolean | undefined;
  readonly all?: boolean | undefined;
  readonly output?: string | undefined;
  readonly yes?: boolean | undefined;
  readonly csv?: boolean | undefined;
}

/** What a subcommand takes, and what it does with the archives. */
interface Subcommand {
  readonly options: readonly (keyof Values)[];
  /** Whether a SESSION is named. */
  readonly session: (values: Values) => "needed" | "possible" | "none";
  readonly run: (call: Call) => Promise<void>;
}

interface Call {
  readonly archives: readonly SessionArchive[];
  /** Empty when none is named. */
  readonly sessionID: string;
  readonly values: Values;
  readonly terminal: Terminal;
}

const subcommands: Readonly<Record<string, Subcommand>> = {
  list: {
    options: ["json"],
    session: () => "none",
    run: ({ archives, values, terminal }) =>
      listSessions(archives, LineOutput.to(terminal.stdout), values.json ? "json" : "table"),
  },
  export: {
    options: ["all", "output"],
    session: ({ all }) => (all ? "none" : "needed"),
    run: async ({ archives, sessionID, values, terminal }) => {
      if (!values.all) await requireSession(archives, sessionID);
      await withOutput(values.output, terminal.stdout, (output) =>
        values.all ? exportSessions(archives, output) : exportSession(archives, sessionID, output),
      );
    },
  },
  delete: {
    options: ["yes"],
    session: () => "needed",
    run: async ({ archives, sessionID, values, terminal }) => {
      const deleted = await deleteSession(archives, sessionID, terminal, values.yes === true);
      const output = LineOutput.to(terminal.stdout);
      await output.line(
        `Deleted session ${printable(sessionID)}: ${describeContents(deleted)}.\nLogs, exports and backups are not touched.`,
      );
    },
  },
  metrics: {
    options: ["csv", "output"],
    session: () => "possible",
    run: async ({ archives, sessionID, values, terminal }) => {
      if (sessionID) await requireSession(archives, sessionID);
      const print = values.csv ? printMetricsTable : printMetrics;
      await withOutput(values.output, terminal.stdout, (output) =>
        print(archives, sessionID || null, output),
      );
    },
  },
};

/** `arena sessions`: shows, exports and deletes what a durable queue keeps; returns the exit code. */
export function runSessions(
  argv: readonly string[],
  terminal: Terminal,
  openArchives: OpenArchives = openConfiguredArchives,
): Promise<number> {
  return runCommand("sessions", terminal, () => run(argv, terminal, openArchives));
}

async function run(
  argv: readonly string[],
  terminal: Terminal,
  openArchives: OpenArchives,
): Promise<number> {
  const { values, positionals } = parseArguments({
    args: [...argv],
    options,
    allowPositionals: true,
  });
  if (values.help) {
    terminal.stdout.write(help);
    return 0;
  }
  const { queue, help: _, ...given } = values;
  const [name = "list", ...sessionIDs] = positionals;
  const subcommand = findSubcommand(name);
  checkCall(name, subcommand, given, sessionIDs);
  const archives = await openArchives(queue);
  try {
    const [sessionID = ""] = sessionIDs;
    await subcommand.run({ archives, sessionID, values: given, terminal });
  } catch (error) {
    if (!(error instanceof ReaderGoneError)) throw error;
  } finally {
    await Promise.all(archives.map((archive) => archive.close()));
  }
  return 0;
}

function findSubcommand(name: string): Subcommand {
  const subcommand = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined;
  if (subcommand) return subcommand;
  const known = Object.keys(subcommands).join(", ");
  throw new CommandError(2, `${JSON.stringify(name)} is not known; expected one of ${known}.`);
}

/** @throws CommandError for what does not belong together */
function checkCall(
  name: string,
  subcommand: Subcommand,
  values: Values,
  sessionIDs: readonly string[],
): void {
  const stray = Object.keys(values).find((key) => !subcommand.options.some((own) => own === key));
  if (stray !== undefined) {
    throw new CommandError(2, `"${name}" takes no --${stray}; see --help.`);
  }
  const session = subcommand.session(values);
  const [least, most] = { needed: [1, 1], possible: [0, 1], none: [0, 0] }[session];
  if (sessionIDs.length < (least ?? 0) || sessionIDs.length > (most ?? 0)) {
    const expected = { needed: "one SESSION", possible: "at most one SESSION", none: "no SESSION" };
    throw new CommandError(
      2,
      `"${name}" expects ${expected[session]} here, got ${sessionIDs.length}; see --help.`,
    );
  }
  // An unset variable in a script must not select what belongs to no session.
  if (sessionIDs.includes("")) throw new CommandError(2, "SESSION is empty; give its name.");
}
