import type { SeededRandom } from "./random.ts";

/** How requests are kept, and by what kind of system. */
export type QueueKind = "postgres" | "sqlite";

/** What may be done to the system in a cycle. */
export type FaultKind =
  | "kill gateway"
  | "kill worker"
  | "end gateway"
  | "end worker"
  | "kill database"
  | "stop database"
  | "freeze gateway"
  | "freeze worker"
  | "freeze database"
  | "unlink gateway"
  | "unlink worker"
  | "freeze client"
  | "cut stream"
  | "cut calls";

/** A fault and when it happens. `target` counts the parts of its kind; too high ones begin again. */
export interface PlannedFault {
  readonly atMs: number;
  readonly kind: FaultKind;
  readonly target: number;
  /** How long it lasts, where it lasts, as a share of the longest. */
  readonly length: number;
  readonly isCutAfterwards: boolean;
}

/** Requests that are sent at once. */
export interface PlannedBurst {
  readonly atMs: number;
  readonly client: number;
  readonly session: number;
  /** Several without a messageID form a session of their own. */
  readonly kind: "new" | "without messageID" | "again";
  readonly count: number;
  /** Of a request that comes again: how long ago it was new, as a share of those that count. */
  readonly age: number;
}

/** One cycle's decisions. */
export interface Cycle {
  readonly lengthMs: number;
  readonly bursts: readonly PlannedBurst[];
  readonly faults: readonly PlannedFault[];
}

const sessions = 8;
const lengthMs = { least: 250, most: 900 };

type Weights = Readonly<Partial<Record<FaultKind, number>>>;

const weights: Readonly<Record<QueueKind, Weights>> = {
  postgres: {
    "kill gateway": 4,
    "kill worker": 4,
    "end gateway": 2,
    "end worker": 2,
    "kill database": 4,
    "stop database": 1,
    "freeze gateway": 2,
    "freeze worker": 2,
    "freeze database": 1,
    "unlink gateway": 3,
    "unlink worker": 3,
    "freeze client": 5,
    "cut stream": 4,
    "cut calls": 3,
  },
  // The gateway is the only process there is.
  sqlite: {
    "kill gateway": 8,
    "end gateway": 3,
    "freeze gateway": 2,
    "freeze client": 5,
    "cut stream": 4,
    "cut calls": 3,
  },
};

/** All processes live on: nothing that one of them forgot is mended by its end. */
const calmWeights: Weights = { "freeze client": 4, "cut stream": 3, "cut calls": 1 };

/** Decides what happens in a cycle, from the seed alone. In a calm one only clients suffer. */
export function planCycle(random: SeededRandom, queue: QueueKind, isCalm: boolean): Cycle {
  const length = random.whole(lengthMs.least, lengthMs.most);
  const bursts = Array.from({ length: random.whole(3, 9) }, () => planBurst(random, length));
  const possible = isCalm ? calmWeights : weights[queue];
  const faults = Array.from({ length: random.whole(1, 2) }, () =>
    planFault(random, length, possible),
  );
  return { lengthMs: length, bursts: inOrder(bursts), faults: inOrder(faults) };
}

function planBurst(random: SeededRandom, length: number): PlannedBurst {
  const kind = random.pickWeighted({ new: 6, again: 3, "without messageID": 1 });
  return {
    atMs: random.whole(0, length),
    client: random.whole(0, 99),
    session: random.whole(0, sessions - 1),
    kind,
    count: kind === "new" ? random.whole(1, 10) : 2,
    age: random.fraction(),
  };
}

function planFault(random: SeededRandom, length: number, possible: Weights): PlannedFault {
  return {
    atMs: random.whole(0, length),
    kind: random.pickWeighted(possible),
    target: random.whole(0, 99),
    length: random.fraction(),
    isCutAfterwards: !random.isOneIn(3),
  };
}

function inOrder<Item extends { readonly atMs: number }>(items: readonly Item[]): readonly Item[] {
  return items.toSorted((one, other) => one.atMs - other.atMs);
}
