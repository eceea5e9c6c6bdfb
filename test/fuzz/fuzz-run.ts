import { Answers } from "./answers.ts";
import { FuzzCalls, type LanePlan, metricsWord, participantsWord } from "./fuzz-calls.ts";
import { type CallEnd, Lane } from "./lane.ts";

/** What came of a run's calls. */
export interface CallCounts {
  readonly messages: number;
  /** How calls ended, by method and status. */
  readonly ends: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly mutations: ReadonlyMap<string, number>;
  /** Connections of each lane. */
  readonly connections: ReadonlyMap<string, number>;
}

/** A lane and its part of all messages. */
interface LaneShare extends LanePlan {
  readonly part: number;
}

/** Lanes that are cut are kept apart from the others. */
const shares: readonly LaneShare[] = [
  ...["0", "1", "2", "3"].map(
    (name) => ({ name: `usual ${name}`, kind: "usual", part: 0.215 }) as const,
  ),
  ...["0", "1"].map((name) => ({ name: `rough ${name}`, kind: "rough", part: 0.07 }) as const),
];
/** When nothing ends for so long, nothing will. */
const stuckMs = 30_000;
/** What servers answer when something of theirs is broken, in gRPC's numbers. */
const unknown = "2";
const internal = "13";

/** Sends a seed's calls and looks at how each ends. */
export class FuzzRun implements CallCounts {
  readonly answers = new Answers();
  readonly ends = new Map<string, Map<string, number>>();
  readonly mutations = new Map<string, number>();
  messages = 0;
  /** Calls that a bug ended, or that nothing ended. */
  readonly broken: string[] = [];
  /** Whole messages to `predict` that were not answered with OK (ARENA-9). */
  readonly refused: string[] = [];
  /** Calls that were cut, though their connection did nothing to be cut for. */
  readonly cut: string[] = [];
  /** Calls whose status tells a participant's words. */
  readonly leaks: string[] = [];
  readonly #lanes = new Map<string, Lane>();
  #lastEnd = performance.now();
  readonly #giveUp = Promise.withResolvers<void>();

  get connections(): ReadonlyMap<string, number> {
    return new Map([...this.#lanes].map(([name, lane]) => [name, lane.connections]));
  }

  /** Resolves when all calls have ended, or when none does any more. */
  async send(address: string, seed: number, messages: number, only?: string): Promise<void> {
    const calls = new FuzzCalls(seed);
    const sending = shares.map(async (share) => {
      const onEnd = (end: CallEnd) => this.#ended(share, end);
      const lane = new Lane({ address, answers: this.answers, onEnd });
      this.#lanes.set(share.name, lane);
      const meant = oneOf(calls.ofLane(share, messages * share.part), only);
      await lane.send(meant).catch((error) => this.broken.push(`${share.name} ended: ${error}`));
    });
    await Promise.race([Promise.all(sending), this.#giveUp.promise]);
    for (const lane of this.#lanes.values()) lane.destroy();
  }

  /** Ends the run when nothing has ended for long. */
  endIfStuck(): void {
    if (performance.now() < this.#lastEnd + stuckMs) return;
    for (const lane of this.#lanes.values()) {
      for (const { name, method, mutations } of lane.open) {
        this.broken.push(`${name} ${method} (${mutations.join(", ")}) never ended`);
      }
    }
    this.#giveUp.resolve();
  }

  #ended({ kind }: LanePlan, { call, status, details }: CallEnd): void {
    this.#lastEnd = performance.now();
    this.messages += call.messages;
    const ends = this.ends.get(call.method) ?? new Map<string, number>();
    this.ends.set(call.method, ends);
    ends.set(status, (ends.get(status) ?? 0) + 1);
    for (const mutation of call.mutations) {
      this.mutations.set(mutation, (this.mutations.get(mutation) ?? 0) + 1);
    }
    const about = `${call.name} ${call.method} (${call.mutations.join(", ")}): ${status} ${details}`;
    const isBug = status === unknown || (status === internal && /internal error/i.test(details));
    if (isBug) this.broken.push(about);
    if (status === "cut" && kind === "usual") this.cut.push(about);
    if (call.method === "predict" && call.isWhole && call.end === "close") {
      if (status !== "0" && (kind === "usual" || status !== "cut")) this.refused.push(about);
    }
    if (details.includes(participantsWord) || details.includes(metricsWord)) this.leaks.push(about);
  }
}

/** All calls, or the only one that is meant. */
function* oneOf<Call extends { readonly name: string }>(
  calls: Iterable<Call>,
  only: string | undefined,
): Generator<Call, void, undefined> {
  for (const call of calls) if (only === undefined || call.name === only) yield call;
}
