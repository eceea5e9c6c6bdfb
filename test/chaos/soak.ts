// Keeps a steady load on real processes, and tells whether their memory or their
// handles grow. Its last line is "N passed, M failed"; each process counts as one.
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { exitOnSignals } from "./exit-on-signals.ts";
import { describeGrowth, growthsIn } from "./growth.ts";
import { positiveOption } from "./positive-option.ts";
import { type ProcessSample, sampleProcess } from "./process-sample.ts";
import { startSoakWorld } from "./soak-world.ts";
import { SteadyLoad } from "./steady-load.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    "per-second": { type: "string", default: "100" },
  },
});
const sampleMs = 5000;
const minutes = positiveOption("minutes", values.minutes);
const perSecond = positiveOption("per-second", values["per-second"]);
/** Samples between two lines about how it goes. */
const progressSamples = 12;

exitOnSignals();
const world = await startSoakWorld();
const loads = world.processes.flatMap(({ door }) =>
  door === null ? [] : [new SteadyLoad(door, perSecond)],
);
const soaked = world.processes.map((one) => ({ ...one, samples: [] as ProcessSample[] }));

const begin = performance.now();
const minutesNow = () => (performance.now() - begin) / 60_000;
for (let count = 1; minutesNow() < minutes; count++) {
  await sleep(sampleMs);
  for (const { httpUrl, samples } of soaked) {
    samples.push(await sampleProcess(httpUrl, minutesNow()));
  }
  if (count % progressSamples === 0) {
    const resident = soaked.map(({ samples }) => samples.at(-1)?.residentMB.toFixed(0));
    process.stderr.write(`${minutesNow().toFixed(1)} minutes: ${resident.join(", ")} MB\n`);
  }
}

for (const { sent, owed, errors } of loads) {
  process.stdout.write(`${sent} requests, ${owed} unanswered at the end, ${errors} errors\n`);
}
let failed = 0;
for (const { name, samples } of soaked) {
  const growths = growthsIn(samples);
  process.stdout.write(`${name}\n${growths.map((one) => `  ${describeGrowth(one)}\n`).join("")}`);
  if (growths.some(({ isTooMuch }) => isTooMuch)) failed++;
}
for (const load of loads) await load[Symbol.asyncDispose]();
await world[Symbol.asyncDispose]();
process.stdout.write(`${soaked.length - failed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
