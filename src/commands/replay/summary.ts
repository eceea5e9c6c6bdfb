import { alignColumns, type Column } from "../sessions/align-columns.ts";
import type { Comparison, ReplayAnswer } from "./comparison.ts";
import type { ReplayResult } from "./replay-all.ts";

const columns: readonly Column[] = [
  { heading: "", side: "left" },
  { heading: "RECORDED", side: "right" },
  { heading: "NOW", side: "right" },
];
const words: readonly (readonly [Comparison, string])[] = [
  ["same", "same answer"],
  ["different", "different"],
  ["new", "without a recorded answer"],
  ["repaired", "repaired"],
  ["failed", "failed now"],
  ["still failed", "still failed"],
];

/** Counts what a replay brought. */
export class Summary {
  readonly #comparisons: Comparison[] = [];
  readonly #recorded = new Side();
  readonly #replayed = new Side();

  add({ recording, replayed, comparison }: ReplayResult): void {
    this.#comparisons.push(comparison);
    if (recording.recorded) this.#recorded.add(recording.recorded);
    this.#replayed.add(replayed);
  }

  /** Results so far. */
  get count(): number {
    return this.#comparisons.length;
  }

  /** Requests that the new model did not answer. */
  get failures(): number {
    return this.#replayed.errors;
  }

  /** The summary for people, of `total` requests. */
  lines(total: number): string[] {
    const done = this.count;
    const counts = words
      .map(([comparison, word]) => {
        const count = this.#comparisons.filter((one) => one === comparison).length;
        return count === 0 ? "" : `${count} ${word}`;
      })
      .filter((text) => text !== "");
    const of = done === total ? `${total}` : `${done} of ${total}`;
    const sides = [this.#recorded, this.#replayed];
    const rows = [
      ["answered", ...sides.map((side) => String(side.answered))],
      ["errors", ...sides.map((side) => String(side.errors))],
      ["median time", ...sides.map((side) => toTime(side.time(0.5)))],
      ["p95 time", ...sides.map((side) => toTime(side.time(0.95)))],
    ];
    return [`${of} replayed: ${counts.join(", ") || "nothing"}`, ...alignColumns(columns, rows)];
  }
}

/** One side of the comparison. */
class Side {
  errors = 0;
  answered = 0;
  readonly #times: number[] = [];

  add({ error, modelMs }: ReplayAnswer): void {
    if (error) this.errors += 1;
    else this.answered += 1;
    if (modelMs !== null) this.#times.push(modelMs);
  }

  /** The time within which this share of the answers came, of those whose time is known. */
  time(share: number): number | undefined {
    const rank = Math.ceil(share * this.#times.length);
    return this.#times.toSorted((one, other) => one - other)[rank - 1];
  }
}

function toTime(milliseconds: number | undefined): string {
  return milliseconds === undefined ? "–" : `${milliseconds} ms`;
}
