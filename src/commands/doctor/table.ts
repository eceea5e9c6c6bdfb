import type { Writable } from "node:stream";
import { styleText } from "node:util";
import { printable } from "../../text/printable.ts";
import type { Finding } from "./finding.ts";
import {
  type CheckResult,
  countBroken,
  countNotSeen,
  type Report,
  type ScenarioResult,
} from "./report.ts";

const REQUIREMENT_WIDTH = 10;
const VERDICT_WIDTH = 9;
const COLOURS = { ok: "green", broken: "red", "not seen": "yellow", info: "dim" } as const;

/** From so many checks on that saw nothing for one reason, they share a line. */
const MANY_BLIND = 4;

/** Writes the report for people; in colour where `output` is a terminal. */
export function writeTable({ checks, ...report }: Report, output: Writable): void {
  const reasons = Map.groupBy(checks.filter(isBlind), ({ finding }) => finding.detail);
  const summed = [...reasons].filter(([, blind]) => blind.length >= MANY_BLIND);
  const hidden = new Set(summed.flatMap(([, blind]) => blind));
  const shown = checks.filter((check) => !hidden.has(check));
  const titleWidth = Math.max(...shown.map(({ title }) => title.length)) + 2;
  for (const check of shown) output.write(formatCheck(check, titleWidth, output));
  for (const [reason, blind] of summed) {
    output.write(
      `${paint("not seen", `${blind.length} not seen`, output)}: ${printable(reason, "lines")}\n`,
    );
  }
  output.write("\n");
  for (const result of report.orchestrators) output.write(formatScenario(result, output));
  output.write(`\n${formatVerdict({ checks, ...report }, output)}\n`);
}

function isBlind({ finding }: CheckResult): boolean {
  return finding.verdict === "not seen";
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
    printable(finding.detail, "lines"),
  ].join("");
  if (finding.verdict !== "broken") return `${line}\n`;
  return `${line}\n${" ".repeat(REQUIREMENT_WIDTH)}in the arena: ${printable(finding.consequence, "lines")}\n`;
}

function formatScenario({ name, survives, detail }: ScenarioResult, output: Writable): string {
  const verdict = survives ? paint("ok", "survives", output) : paint("broken", "BREAKS", output);
  return `${name}: ${verdict}: ${printable(detail, "lines")}\n`;
}

function formatVerdict(report: Report, output: Writable): string {
  const [broken, notSeen] = [countBroken(report), countNotSeen(report)];
  const rest = notSeen === 0 ? "" : ` ${inWords(notSeen, "was", "were")} not seen.`;
  if (broken > 0) {
    return `${paint("broken", `${inWords(broken, "breaks", "break")} in the arena.`, output)}${rest}`;
  }
  const seen = notSeen === 0 ? "Nothing" : "Nothing that was seen";
  return `${paint("ok", `${seen} would break in the arena.`, output)}${rest}`;
}

function inWords(count: number, one: string, many: string): string {
  return count === 1 ? `1 thing ${one}` : `${count} things ${many}`;
}

function paint(verdict: Finding["verdict"], text: string, output: Writable): string {
  return styleText(COLOURS[verdict], text, { stream: output });
}
