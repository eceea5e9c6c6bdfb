import { setTimeout as sleep } from "node:timers/promises";
import { scrape } from "../fixtures/scrape.ts";
import { ChaosClient } from "./chaos-client.ts";
import { Disturbances } from "./disturbances.ts";
import { Faults } from "./faults.ts";
import { type Entry, Ledger } from "./ledger.ts";
import { type PlannedBurst, planCycle, type QueueKind } from "./plan.ts";
import { SeededRandom } from "./random.ts";
import { Judge, type Verdict } from "./verdict.ts";
import { startWorld, type World } from "./world.ts";

/** What a run is to do. */
export interface ChaosOptions {
  readonly seed: number;
  readonly cycles: number;
  readonly queue: QueueKind;
  readonly order: "serial" | "concurrent";
  /** Told about every few cycles. */
  readonly onProgress?: (text: string) => void;
}

/** What a run has shown. */
export interface ChaosReport extends Verdict {
  readonly options: ChaosOptions;
  readonly requests: number;
  readonly unknown: number;
  readonly disturbances: Disturbances;
  /** Figures of the queue that are not 0 although nothing is left to be done. */
  readonly leftovers: ReadonlyMap<string, number>;
  readonly seconds: number;
}

/** Short, so that what a dead replica held is free soon; a busy machine must still renew it in time. */
const leaseMs = 2000;
const clientCount = 4;
/** What is still owed after the chaos comes within this time, or never. */
const drainMs = 30_000;
/** Time for what must not come any more. */
const quietMs = 1500;
const progressCycles = 20;
/** The share of the cycles after which no process is touched any more. */
const calmAfter = 0.8;
/** Only the last requests come again. */
const repeatable = 60;

/** Runs the system through its cycles, lets it come to rest, and judges it. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, cycles, queue, order, onProgress = () => {} } = options;
  const begin = performance.now();
  const random = new SeededRandom(`${seed}`);
  const ledger = new Ledger();
  const disturbances = new Disturbances();
  await using world = await startWorld({ queue, order, leaseMs, ledger, disturbances });
  await using resources = new AsyncDisposableStack();
  const clients = Array.from({ length: clientCount }, (_, index) => {
    const name = String(index);
    const { gateways } = world;
    return resources.use(
      new ChaosClient({ name, gateways, ledger, disturbances, random: random.named(name) }),
    );
  });
  for (const client of clients) client.start();
  const faults = new Faults({ world, clients, disturbances, leaseMs });
  const sendings = new Set<Promise<void>>();
  const send = (client: ChaosClient, entry: Entry) => {
    const sending = client.send(entry).finally(() => sendings.delete(sending));
    sendings.add(sending);
  };

  for (let cycle = 0; cycle < cycles; cycle++) {
    const isCalm = cycle >= cycles * calmAfter;
    const { lengthMs, ...planned } = planCycle(random.named(`cycle ${cycle}`), queue, isCalm);
    const start = performance.now();
    const steps = [
      ...planned.faults.map((fault) => ({ atMs: fault.atMs, take: () => faults.begin(fault) })),
      ...planned.bursts.map((burst) => ({
        atMs: burst.atMs,
        take: () => {
          const client = clients[burst.client % clients.length];
          for (const entry of entriesOf(burst, ledger)) if (client) send(client, entry);
        },
      })),
    ].toSorted((one, other) => one.atMs - other.atMs);
    for (const { atMs, take } of [...steps, { atMs: lengthMs, take: () => {} }]) {
      await sleep(Math.max(0, start + atMs - performance.now()));
      take();
    }
    if ((cycle + 1) % progressCycles === 0) {
      onProgress(`${queue}, ${order}: ${cycle + 1} cycles, ${ledger.entries.length} requests`);
    }
  }

  await faults.over();
  await Promise.all(sendings);
  await ledger.onNothingOwed(AbortSignal.timeout(drainMs));
  await sleep(quietMs);
  const leftovers = await leftoversOf(world);
  const judge = new Judge(ledger, disturbances, order === "serial");
  const unknown = ledger.entries.filter(({ sendings: all }) =>
    all.every(({ outcome }) => outcome === "unknown"),
  );
  return {
    ...judge.verdict(),
    options,
    requests: ledger.entries.length,
    unknown: unknown.length,
    disturbances,
    leftovers,
    seconds: (performance.now() - begin) / 1000,
  };
}

/** The requests of a burst: new ones, or one that was sent before. */
function entriesOf(burst: PlannedBurst, ledger: Ledger): readonly Entry[] {
  const { kind, session, count, age } = burst;
  const number = ledger.entries.length;
  switch (kind) {
    case "new":
      return Array.from({ length: count }, (_, index) =>
        ledger.add(`session ${session}`, `message ${number + index}`),
      );
    case "without messageID":
      return Array.from({ length: count }, () => ledger.add(`session without ${number}`, ""));
    case "again": {
      const named = ledger.entries.slice(-repeatable).filter(({ request }) => request.messageID);
      const entry = named[Math.floor(age * named.length)];
      return entry ? [entry] : [];
    }
  }
}

/** What the system itself says is left, when everybody has what he asked for. */
async function leftoversOf({ gateways }: World): Promise<ReadonlyMap<string, number>> {
  const names = [
    "arena_queue_size",
    "arena_requests_in_flight",
    "arena_answers_undelivered",
    "arena_unanswered_total",
  ];
  const [gateway] = gateways;
  const figures = gateway ? await scrape(gateway.httpUrl) : new Map<string, number>();
  const left = names.map((name) => [name, figures.get(name) ?? Number.NaN] as const);
  return new Map(left.filter(([, value]) => value !== 0));
}
