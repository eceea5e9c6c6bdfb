// Runs the whole system through chaos, and judges it. Its last line is "N passed,
// M failed"; each part of the run counts as one.
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { type ChaosOptions, runChaos } from "./chaos.ts";
import { exitOnSignals } from "./exit-on-signals.ts";
import { positiveOption } from "./positive-option.ts";
import { isClean, toText } from "./report.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    cycles: { type: "string" },
    queue: { type: "string" },
    order: { type: "string" },
  },
});

const seed =
  values.seed === undefined ? randomInt(1, 2 ** 31) : positiveOption("seed", values.seed);
process.stdout.write(`seed ${seed}: run it again with --seed ${seed}\n`);

/** Without options: more on Postgres, where more can go wrong. */
const usual = [
  { queue: "postgres", order: "serial", cycles: 130 },
  { queue: "postgres", order: "concurrent", cycles: 130 },
  { queue: "sqlite", order: "serial", cycles: 60 },
] as const;

const parts: ChaosOptions[] = usual
  .filter(({ queue }) => values.queue === undefined || values.queue === queue)
  .filter(({ order }) => values.order === undefined || values.order === order)
  .map((part) => ({
    ...part,
    seed,
    cycles: values.cycles === undefined ? part.cycles : positiveOption("cycles", values.cycles),
    onProgress: (text) => process.stderr.write(`${text}\n`),
  }));

if (parts.length === 0) {
  throw new RangeError(
    "no part of the run is meant: --queue takes postgres or sqlite, --order serial or, on postgres, concurrent",
  );
}
exitOnSignals();
let passed = 0;
for (const part of parts) {
  const report = await runChaos(part);
  process.stdout.write(`${toText(report)}\n`);
  if (isClean(report)) passed++;
}
process.stdout.write(`${passed} passed, ${parts.length - passed} failed\n`);
process.exit(passed === parts.length ? 0 : 1);
