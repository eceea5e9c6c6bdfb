// Runs the whole system through chaos, and judges it. Its last line is "N passed,
// M failed"; each part of the run counts as one.
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { type ChaosOptions, runChaos } from "./chaos.ts";
import { isClean, toText } from "./report.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    cycles: { type: "string" },
    queue: { type: "string" },
  },
});

const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
process.stdout.write(`seed ${seed}: run it again with --seed ${seed}\n`);

/** Without options: more on Postgres, where more can go wrong. */
const usual = [
  { queue: "postgres", order: "serial", cycles: 110 },
  { queue: "postgres", order: "concurrent", cycles: 110 },
  { queue: "sqlite", order: "serial", cycles: 40 },
] as const;

const parts: ChaosOptions[] = usual
  .filter(({ queue }) => values.queue === undefined || values.queue === queue)
  .map((part) => ({
    ...part,
    seed,
    cycles: values.cycles === undefined ? part.cycles : Number(values.cycles),
    onProgress: (text) => process.stderr.write(`${text}\n`),
  }));

// The processes of a run end with this one: by its exit, not by a signal.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => process.exit(130));
}

let passed = 0;
for (const part of parts) {
  const report = await runChaos(part);
  process.stdout.write(`${toText(report)}\n`);
  if (isClean(report)) passed++;
}
process.stdout.write(`${passed} passed, ${parts.length - passed} failed\n`);
process.exit(passed === parts.length ? 0 : 1);
