import { type Figure, median } from "./figures.ts";
import { type LoadOptions, type LoadResult, load } from "./load.ts";
import { type ServerProcess, startProcess } from "./server-process.ts";

/** One way to load both servers, and the ratio that ours must reach. */
interface Comparison {
  readonly name: string;
  readonly options: LoadOptions;
  readonly ratioOf: (result: LoadResult) => number;
  readonly target: Pick<Figure, "atLeast"> | Pick<Figure, "atMost">;
}

const throughput = ({ perSecond }: LoadResult) => perSecond;
const latency = ({ medianMs }: LoadResult) => medianMs;

const comparisons: readonly Comparison[] = [
  {
    name: "throughput, 64 at once, 1 KB",
    options: { count: 20_000, concurrency: 64, bytes: 1000 },
    ratioOf: throughput,
    target: { atLeast: 0.9 },
  },
  {
    name: "median latency, 1 at once, 1 KB",
    options: { count: 4000, concurrency: 1, bytes: 1000 },
    ratioOf: latency,
    target: { atMost: 1.1 },
  },
  {
    name: "throughput, 4 at once, 1 MB",
    options: { count: 200, concurrency: 4, bytes: 1_000_000 },
    ratioOf: throughput,
    target: { atLeast: 0.95 },
  },
];

const pairs = 7;

/** Holds round trips against a bare grpc-js server, pair by pair, in turns. */
export async function measureRoundTrips(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const comparison of comparisons) figures.push(await compare(comparison));
  return figures;
}

async function compare({ name, options, ratioOf, target }: Comparison): Promise<Figure> {
  await using ours = await startProcess(["dist/cli.js", "serve"]);
  await using bare = await startProcess(["--conditions=source", "bench/bare-server.ts"]);
  for (const server of [ours, bare]) await load(server.address, options);
  const rounds: { readonly ours: Round; readonly bare: Round }[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    // Whoever comes second finds a warmer machine: they take turns.
    const first = pair % 2 === 0 ? await round(ours, options) : null;
    const second = await round(bare, options);
    rounds.push({ ours: first ?? (await round(ours, options)), bare: second });
  }
  const ratio = (of: (round: Round) => number) =>
    median(rounds.map((pair) => of(pair.ours) / of(pair.bare)));
  const middle = (of: (round: Round) => number, side: "ours" | "bare") =>
    median(rounds.map((pair) => of(pair[side])));
  const cpu = ({ cpuMicroseconds }: Round) => cpuMicroseconds;
  const own = ({ result }: Round) => ratioOf(result);
  return {
    name,
    reached: ratio(own),
    unit: "× bare",
    ...target,
    detail: `${middle(own, "ours").toFixed(2)} against ${middle(own, "bare").toFixed(2)}; server CPU ${middle(cpu, "ours").toFixed(0)} µs against ${middle(cpu, "bare").toFixed(0)} µs`,
  };
}

interface Round {
  readonly result: LoadResult;
  /** What the server spent on each round trip. */
  readonly cpuMicroseconds: number;
}

async function round(server: ServerProcess, options: LoadOptions): Promise<Round> {
  const before = server.cpuSeconds();
  const result = await load(server.address, options);
  const cpuMicroseconds = ((server.cpuSeconds() - before) / options.count) * 1e6;
  return { result, cpuMicroseconds };
}
