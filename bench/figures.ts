/** One measured figure and what it must be. */
export interface Figure {
  readonly name: string;
  readonly reached: number;
  readonly unit: string;
  /** The figure must be at least, or at most, this much. */
  readonly atLeast?: number;
  readonly atMost?: number;
  /** What else was seen, for whoever asks why. */
  readonly detail: string;
}

/** Whether a figure is what it must be. */
export function isReached({ reached, atLeast, atMost }: Figure): boolean {
  return reached >= (atLeast ?? -Infinity) && reached <= (atMost ?? Infinity);
}

/** One line of the report. */
export function toLine(figure: Figure): string {
  const { name, reached, unit, atLeast, atMost, detail } = figure;
  const target = atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`;
  const verdict = isReached(figure) ? "ok    " : "MISSED";
  return `${verdict} ${name}: ${reached.toFixed(2)} ${unit} (${target}; ${detail})`;
}

/** The middle one of the sorted values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
