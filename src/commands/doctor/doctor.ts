import type { Terminal } from "../command.ts";
import { parseArguments, runCommand } from "../command.ts";
import {
  connectionArguments,
  connectionHelp,
  toConnection,
  toMilliseconds,
} from "../connection-arguments.ts";
import { examine, type OnProgress } from "./examination.ts";
import { countRequests, makePlan } from "./plan.ts";
import { countBroken, toJson } from "./report.ts";
import { writeTable } from "./table.ts";
import { Target } from "./target.ts";

const help = `arena doctor ADDRESS: finds out whether a model container survives the arena

Plays the arena's two orchestrators against the container at HOST:PORT, ours or
any other, and says requirement by requirement what would break. Examine a
container that nobody uses: the doctor's streams take the answers of others.

  --timeout SECONDS  how long to wait for an answer (30); longer where answers
                     are seen to take longer
  --only NAME        examine only this, such as ARENA-9 or orchestrators; may be repeated
  --json             the result as JSON
${connectionHelp}

What the doctor could not look at is "not seen": neither right nor wrong.

Exit code: 0 nothing that was seen would break, 1 something would, 2 wrong
command line.
`;

/** What a Python client receives at most; a larger message ends its stream (ARENA-19). */
const PYTHON_RECEIVE_LIMIT = 4 * 1024 * 1024;
const PROMPT_MS = 500;
const QUICK_MS = 100;
/** 33 MB take their time on a slow line. */
const MIN_CALL_MS = 10_000;

/** `arena doctor`: examines a container and returns the exit code. */
export function runDoctor(argv: readonly string[], terminal: Terminal): Promise<number> {
  return runCommand("doctor", terminal, () => run(argv, terminal));
}

async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArguments({
    args: [...argv],
    options: {
      ...connectionArguments,
      json: { type: "boolean" },
      only: { type: "string", multiple: true },
    },
    allowPositionals: true,
  });
  if (values.help) {
    terminal.stdout.write(help);
    return 0;
  }
  const answerMs = toMilliseconds("--timeout", values.timeout, 30);
  const connection = {
    ...toConnection(positionals, values),
    receiveLimitBytes: PYTHON_RECEIVE_LIMIT,
  };
  const callMs = Math.max(answerMs, MIN_CALL_MS);
  const timeouts = {
    callMs,
    answerMs,
    quietMs: answerMs / 10,
    promptMs: PROMPT_MS,
    quickMs: QUICK_MS,
  };
  const plan = makePlan(values.only);
  const target = new Target(connection, timeouts, values["model-id"]);
  const { sent, prompts } = countRequests(plan);
  const announcement = `Examining ${connection.address}: sends at most ${sent} requests; ${prompts} of them reach the model, each a question for one word.\n\n`;
  (values.json ? terminal.stderr : terminal.stdout).write(announcement);
  try {
    const report = await examine(target, plan, showProgress(terminal));
    if (terminal.stderr.isTTY) terminal.stderr.write("\r\x1b[K");
    if (values.json) terminal.stdout.write(`${toJson(report)}\n`);
    else writeTable(report, terminal.stdout);
    return countBroken(report) > 0 ? 1 : 0;
  } finally {
    await target.discharge();
  }
}

function showProgress({ stderr }: Terminal): OnProgress {
  return (done, total, title) => {
    if (stderr.isTTY) stderr.write(`\r\x1b[K${done + 1}/${total} ${title} …`);
  };
}
