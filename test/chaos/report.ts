import type { ChaosReport } from "./chaos.ts";
import { describeViolation } from "./history.ts";

/** Violations that are printed whole: the others are of the same kind, mostly. */
const printed = 10;

/** Whether nothing happened that must not. */
export function isClean({ violations, leftovers }: ChaosReport): boolean {
  return violations.length === 0 && leftovers.size === 0;
}

/** A report for people, with the seed that runs it again. */
export function toText(report: ChaosReport): string {
  const { options, violations, disturbances, leftovers, requests, answers, unknown } = report;
  const { seed, queue, order, cycles } = options;
  const kinds = new Map<string, number>();
  for (const { what } of violations) kinds.set(what, (kinds.get(what) ?? 0) + 1);
  return [
    ...violations.slice(0, printed).map((one) => describeViolation(one, disturbances)),
    `${queue}, ${order}: seed ${seed}, ${cycles} cycles in ${report.seconds.toFixed(0)} s`,
    `  done to it: ${listed(disturbances.counts)}`,
    `  requests: ${requests}, of which it is not known of ${unknown} whether they were taken`,
    `  answers: ${answers}, errors among them: ${listed(report.errors)}`,
    `  odd for a reason: ${listed(report.excused)}`,
    `  left in the queue: ${listed(leftovers)}`,
    `  violations: ${violations.length}, ${listed(kinds)}`,
  ].join("\n");
}

function listed(counts: ReadonlyMap<string, number>): string {
  if (counts.size === 0) return "none";
  return [...counts].map(([name, count]) => `${name} ${count}`).join(", ");
}
