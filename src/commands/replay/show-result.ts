import type { Writable } from "node:stream";
import { styleText } from "node:util";
import { printable } from "../../text/printable.ts";
import { shortened } from "../../text/shortened.ts";
import type { LineOutput } from "../sessions/line-output.ts";
import type { Comparison, ReplayAnswer } from "./comparison.ts";
import type { ReplayResult } from "./replay-all.ts";
import { sideBySide } from "./side-by-side.ts";

const colours = {
  same: "green",
  different: "yellow",
  failed: "red",
  "still failed": "red",
  repaired: "green",
  new: "cyan",
} as const satisfies Record<Comparison, string>;
const minSideBySideColumns = 80;
const questionCharacters = 200;

/** How results are shown. */
export interface View {
  readonly modelID: string;
  /** Where it goes to: colours and columns are a terminal's. */
  readonly stream: Writable;
}

/** Shows a result to people: side by side on a wide terminal, else one below the other. */
export async function showResult(
  result: ReplayResult,
  view: View,
  output: LineOutput,
): Promise<void> {
  const { recording, replayed, comparison } = result;
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    styleText(style, text, { stream: view.stream });
  const { sessionID, messageID, recorded } = recording;
  const ids = `session ${printable(sessionID)}, message ${printable(messageID)}`;
  const before = { heading: `recorded${timeOf(recorded)}`, text: describe(recorded) };
  const name = printable(view.modelID);
  const now = { heading: `${name}${timeOf(replayed)}`, text: describe(replayed) };
  const width = widthOf(view.stream);
  const lines = [
    `${paint("bold", `line ${recording.line}`)} ${ids}: ${paint(colours[comparison], comparison)}`,
    paint("dim", `> ${questionOf(result)}`),
    ...(width >= minSideBySideColumns
      ? sideBySide(`${before.heading}\n${before.text}`, `${now.heading}\n${now.text}`, width)
      : [before, now].flatMap(({ heading, text }) => [`${heading}:`, ...indented(text)])),
    "",
  ];
  await output.line(lines.join("\n"));
}

/** A result as one line of JSON. `line` says where in the file the request stands. */
export function toResultLine({ recording, replayed, comparison }: ReplayResult): string {
  const { line, sessionID, messageID, recorded } = recording;
  return JSON.stringify({ line, sessionID, messageID, comparison, recorded, replayed });
}

/** Columns of a terminal; 0 where it is none. */
function widthOf(stream: Writable): number {
  const isTerminal = "isTTY" in stream && stream.isTTY === true;
  return isTerminal && "columns" in stream && typeof stream.columns === "number"
    ? stream.columns
    : 0;
}

function indented(text: string): string[] {
  return text.split("\n").map((line) => `  ${line}`.trimEnd());
}

function describe(answer: ReplayAnswer | null): string {
  if (answer === null) return "no answer";
  const { text, image, error } = answer;
  const words = error ? `✖ ${error.code}: ${error.message}` : text;
  const drawn = image === null ? "" : `\n[an image, ${Math.ceil((image.length * 3) / 4096)} kB]`;
  return printable(words, "lines") + drawn;
}

function timeOf(answer: ReplayAnswer | null): string {
  return answer === null || answer.modelMs === null ? "" : ` (${answer.modelMs} ms)`;
}

/** The last message, which is what was asked, on one line. */
function questionOf({ recording }: ReplayResult): string {
  const content = recording.input.messages.at(-1)?.content ?? "";
  const text =
    typeof content === "string"
      ? content
      : content.map((part) => (part.type === "text" ? part.text : "[an image]")).join(" ");
  return printable(shortened(text.replaceAll(/\s+/g, " ").trim(), questionCharacters));
}
