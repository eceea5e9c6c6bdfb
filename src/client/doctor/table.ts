import type { Writable } from "node:stream";
import { styleText } from "node:util";
import type { Finding } from "./finding.ts";
import { type CheckResult, countBroken, type RehearsalResult, type Report } from "./report.ts";

const REQUIREMENT_WIDTH = 10;
const VERDICT_WIDTH = 9;
const COLOURS = { ok: "green", broken: "red", skipped: "yellow", info: "dim" } as const;

/** From so many skipped checks with one reason on, they share a line. */
const MANY_SKIPPED = 4;

/** Writes the report for people; in colour where `output` is a terminal. */
export function writeTable({ checks, ...report }: Report, output: Writable): void {
  const reasons = Map.groupBy(checks.filter(isSkipped), ({ finding }) => finding.detail);
  const summed = [...reasons].filter(([, skipped]) => skipped.length >= MANY_SKIPPED);
  const hidden = new Set(summed.flatMap(([, skipped]) => skipped));
  const shown = checks.filter((check) => !hidden.has(check));
  const titleWidth = Math.max(...shown.map(({ title }) => title.length)) + 2;
  for (const check of shown) output.write(formatCheck(check, titleWidth, output));
  for (const [reason, skipped] of summed) {
    output.write(`${paint("skipped", `${skipped.length} skipped`, output)}: ${reason}\n`);
  }
  output.write("\n");
  for (const result of report.orchestrators) output.write(formatRehearsal(result, output));
  output.write(`\n${formatVerdict({ checks, ...report }, output)}\n`);
}

function isSkipped({ finding }: CheckResult): boolean {
  return finding.verdict === "skipped";
}

function formatCheck(
  { requirement, title, finding }: CheckResult,
  titleWidth: number,
  output: Writable,
): string {
  const verdict = finding.verdict === "broken" ? "BROKEN" : finding.verdict;
  const line = [
    requirement.padEnd(REQUIREMENT_WIDTH),
    title.padEnd(titleWidth),
    paint(finding.verdict, verdict.padEnd(VERDICT_WIDTH), output),
    finding.detail,
  ].join("");
  if (finding.verdict !== "broken") return `${line}\n`;
  return `${line}\n${" ".repeat(REQUIREMENT_WIDTH)}in the arena: ${finding.consequence}\n`;
}

function formatRehearsal({ name, survives, detail }: RehearsalResult, output: Writable): string {
  const verdict = survives ? paint("ok", "survives", output) : paint("broken", "BREAKS", output);
  return `${name}: ${verdict}: ${detail}\n`;
}

function formatVerdict(report: Report, output: Writable): string {
  const count = countBroken(report);
  if (count === 0) return paint("ok", "Nothing would break in the arena.", output);
  const things = count === 1 ? "1 thing breaks" : `${count} things break`;
  return paint("broken", `${things} in the arena.`, output);
}

function paint(verdict: Finding["verdict"], text: string, output: Writable): string {
  return styleText(COLOURS[verdict], text, { stream: output });
}
