import type { Finding } from "./finding.ts";

/** One line of the table. */
export interface CheckResult {
  readonly requirement: string;
  readonly title: string;
  readonly finding: Finding;
  readonly tookMs: number;
}

/** How one of the arena's orchestrators fared with the container. */
export interface ScenarioResult {
  /** The orchestrator. */
  readonly name: string;
  readonly survives: boolean;
  readonly detail: string;
}

/** What the doctor found. */
export interface Report {
  readonly address: string;
  /** Undefined when the container did not say it. */
  readonly modelID: string | undefined;
  readonly checks: readonly CheckResult[];
  readonly orchestrators: readonly ScenarioResult[];
}

/** How many things would break in the arena. */
export function countBroken(report: Report): number {
  const broken = report.checks.filter(({ finding }) => finding.verdict === "broken");
  return broken.length + report.orchestrators.filter(({ survives }) => !survives).length;
}

/** Of how many things nobody knows whether they would break. */
export function countNotSeen({ checks }: Report): number {
  return checks.filter(({ finding }) => finding.verdict === "not seen").length;
}

/** The report for scripts: one JSON object. */
export function toJson(report: Report): string {
  const checks = report.checks.map(({ finding, tookMs, ...check }) => ({
    ...check,
    ...finding,
    tookMs: Math.round(tookMs),
  }));
  const counts = { broken: countBroken(report), notSeen: countNotSeen(report) };
  return JSON.stringify({ ...report, checks, ...counts }, null, 2);
}
