/** Something that was done to a part of the system. Times are milliseconds since 1970. */
export interface Disturbance {
  /** The part's name, such as `gateway 1`. */
  readonly part: string;
  readonly what: "kill" | "end" | "stop" | "freeze" | "unlink" | "cut" | "hold";
  readonly from: number;
  /** Infinite while it goes on. */
  until: number;
}

/** What was done to the system, and when: the only excuse for what the ledger finds odd. */
export class Disturbances {
  readonly #ofPart = new Map<string, Disturbance[]>();
  readonly #clock: () => number;

  constructor(clock: () => number = Date.now) {
    this.#clock = clock;
  }

  /** Notes that it begins, and returns how to note its end. */
  begin(part: string, what: Disturbance["what"]): () => void {
    const disturbance = { part, what, from: this.#clock(), until: Number.POSITIVE_INFINITY };
    const known = this.#ofPart.get(part);
    if (known) known.push(disturbance);
    else this.#ofPart.set(part, [disturbance]);
    return () => {
      disturbance.until = this.#clock();
    };
  }

  /** How often each was done, by its name: `kill worker`. */
  get counts(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { part, what } of [...this.#ofPart.values()].flat()) {
      const name = `${what} ${part.replace(/ .*/, "")}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return counts;
  }

  /** Everything that was done between two times. */
  between(from: number, until: number): readonly Disturbance[] {
    return this.around([...this.#ofPart.keys()], from, until);
  }

  /** Whatever touched one of these parts between two times, in its order. */
  around(parts: readonly string[], from: number, until: number): readonly Disturbance[] {
    return parts
      .flatMap((part) => this.#ofPart.get(part) ?? [])
      .filter((one) => one.from <= until && one.until >= from)
      .toSorted((one, other) => one.from - other.from);
  }
}
