const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** What a duration looks like: 0, or a whole number with its unit. */
export const durationPattern = /^(?:0|\d{1,9}[smhd])$/;

/** Milliseconds of a duration such as `90s`, `30m`, `12h`, `7d` or `0`. */
export function toMilliseconds(duration: string): number {
  const unit = duration.at(-1);
  if (unit !== "s" && unit !== "m" && unit !== "h" && unit !== "d") return 0;
  return Number(duration.slice(0, -1)) * unitMs[unit];
}
