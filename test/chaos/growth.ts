import type { Figure, ProcessSample } from "./process-sample.ts";

/**
 * Most that a figure may grow a minute. At a hundred requests a second, one MB
 * a minute is 175 bytes a request: less than any object that a request leaves
 * behind, and more than what a heap that is full of holes moves up and down.
 * Handles come and go with connections, but there are no new ones in a soak.
 */
const maxGrowth: Readonly<Partial<Record<Figure, number>>> = {
  residentMB: 1,
  descriptors: 0.2,
  handles: 0.2,
};

/** How a figure went. */
export interface Growth {
  readonly figure: Figure;
  readonly first: number;
  readonly last: number;
  /** In the second half, by linear regression: in the first one caches fill up. */
  readonly perMinute: number;
  readonly isTooMuch: boolean;
}

/** How the figures of a process went. */
export function growthsIn(samples: readonly ProcessSample[]): readonly Growth[] {
  const figures: readonly Figure[] = ["residentMB", "heapMB", "descriptors", "handles"];
  const later = samples.slice(Math.floor(samples.length / 2));
  return figures.map((figure) => {
    const perMinute = slopeOf(later.map((sample) => [sample.minutes, sample[figure]]));
    const [first, last] = [samples.at(0)?.[figure], samples.at(-1)?.[figure]];
    // A figure that is not there has no slope, and must not count as flat.
    const isTooMuch = !(perMinute <= (maxGrowth[figure] ?? Number.POSITIVE_INFINITY));
    return { figure, first: first ?? Number.NaN, last: last ?? Number.NaN, perMinute, isTooMuch };
  });
}

/** A line for people. */
export function describeGrowth({ figure, first, last, perMinute, isTooMuch }: Growth): string {
  const [from, to] = [first.toFixed(1), last.toFixed(1)];
  const bound = maxGrowth[figure];
  const rule = bound === undefined ? "" : `, at most ${bound}: ${isTooMuch ? "too much" : "flat"}`;
  return `${figure} ${from} → ${to}, ${perMinute.toFixed(3)} a minute in the second half${rule}`;
}

function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const [meanX, meanY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const covariance = mean(points.map(([x, y]) => (x - meanX) * (y - meanY)));
  return covariance / mean(points.map(([x]) => (x - meanX) ** 2));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
