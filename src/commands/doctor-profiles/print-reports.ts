import type { ProfileReport } from "../../profile-checks/examine-profiles.ts";
import { type Verdict, verdicts } from "../../profile-checks/finding.ts";
import { printable } from "../../text/printable.ts";
import type { Terminal } from "../command.ts";
import { alignColumns, type Column } from "../sessions/align-columns.ts";

const columns: readonly Column[] = ["PROFILE", "CHECK", "VERDICT", "FINDING"].map((heading) => ({
  heading,
  side: "left",
}));

/** How many findings of a verdict there are. */
export function countFindings(reports: readonly ProfileReport[], wanted: Verdict): number {
  return reports.flatMap(({ findings }) => findings).filter(({ verdict }) => verdict === wanted)
    .length;
}

/** Writes the reports as a table with remedies below, or as one JSON object. */
export function printReports(
  reports: readonly ProfileReport[],
  isJson: boolean,
  { stdout }: Terminal,
): void {
  const counts = verdicts.map((verdict) => [verdict, countFindings(reports, verdict)] as const);
  if (isJson) {
    stdout.write(`${JSON.stringify({ profiles: reports, counts: Object.fromEntries(counts) })}\n`);
    return;
  }
  if (reports.length === 0) {
    stdout.write("There is no profile.\n");
    return;
  }
  const lines = alignColumns(columns, reports.flatMap(toRows));
  const summary = counts.map(([verdict, count]) => counted(verdict, count)).join(", ");
  const isGood = countFindings(reports, "problem") === 0;
  const end = isGood ? "Nothing is a problem" : "Something would fail";
  stdout.write(`${[...lines, "", `${end}: ${summary}.`].join("\n")}\n`);
}

function counted(verdict: Verdict, count: number): string {
  const isNoun = verdict === "warning" || verdict === "problem";
  return `${count} ${verdict}${isNoun && count !== 1 ? "s" : ""}`;
}

function toRows({ profile, findings }: ProfileReport): string[][] {
  return findings.flatMap(({ check, verdict, detail, remedy }) => {
    const row = [profile, check, verdict === "problem" ? "PROBLEM" : verdict, detail];
    const rows = remedy === null ? [row] : [row, ["", "", "", `→ ${remedy}`]];
    return rows.map((cells) => cells.map((cell) => printable(cell)));
  });
}
