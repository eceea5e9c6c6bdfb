// Sends a server messages that nobody should send, and judges it. Its last line is
// "N passed, M failed"; each claim about the server counts as one.
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { exitOnSignals } from "../chaos/exit-on-signals.ts";
import { positiveOption } from "../chaos/positive-option.ts";
import { runFuzz } from "./fuzz.ts";
import { claimsOf, toText } from "./report.ts";

const help = `Sends messages that are wrong in every way to all methods of a server.
  --seed N      the messages that N stands for; without it, others each time
  --messages N  how many of them; 300000 without it
  --only NAME   only the call with this name, such as "usual 0/17"
`;
const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    messages: { type: "string", default: "300000" },
    only: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  process.stdout.write(help);
  process.exit(0);
}

const seed =
  values.seed === undefined ? randomInt(1, 2 ** 31) : positiveOption("seed", values.seed);
process.stdout.write(`seed ${seed}: run it again with --seed ${seed}\n`);
exitOnSignals();
const report = await runFuzz({
  seed,
  messages: positiveOption("messages", values.messages),
  ...(values.only !== undefined && { only: values.only }),
  onProgress: (text) => process.stderr.write(`${text}\n`),
});
const claims = claimsOf(report);
process.stdout.write(`${toText(report, claims)}\n`);
const failed = claims.filter(({ against }) => against.length > 0).length;
process.stdout.write(`${claims.length - failed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
