// Prints the figures of docs/performance.md. Ratios are taken within one run.
// npm run bench [-- start-up round-trips many-at-once memory sqlite postgres backlog router worst-requests floods]
import { availableParallelism } from "node:os";
import { measureBacklog } from "./backlog.ts";
import { type Figure, isReached, toLine } from "./figures.ts";
import { measureFloods } from "./floods.ts";
import { measureManyAtOnce } from "./many-at-once.ts";
import { measureMemory } from "./memory.ts";
import { measurePostgres } from "./postgres.ts";
import { measureRoundTrips } from "./round-trips.ts";
import { measureRouter } from "./router.ts";
import { measureSqlite } from "./sqlite.ts";
import { measureStartUp } from "./start-up.ts";
import { measureWorstRequests } from "./worst-requests.ts";

const benchmarks: Readonly<Record<string, () => Promise<Figure[]>>> = {
  "start-up": measureStartUp,
  "round-trips": measureRoundTrips,
  "many-at-once": measureManyAtOnce,
  memory: measureMemory,
  sqlite: measureSqlite,
  postgres: measurePostgres,
  backlog: measureBacklog,
  router: measureRouter,
  "worst-requests": measureWorstRequests,
  floods: measureFloods,
};

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !Object.hasOwn(benchmarks, name));
if (unknown.length > 0) {
  console.error(
    `No benchmark ${unknown.join(", ")}; there are ${Object.keys(benchmarks).join(", ")}.`,
  );
  process.exit(2);
}

console.log(`Node ${process.version}, ${availableParallelism()} cores`);
const figures: Figure[] = [];
for (const [name, measure] of Object.entries(benchmarks)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  for (const figure of await measure()) {
    figures.push(figure);
    console.log(toLine(figure));
  }
}
const missed = figures.filter((figure) => !isReached(figure)).length;
console.log(`${figures.length - missed} reached, ${missed} missed`);
process.exit(0);
