import { exceedsOutline } from "../../data-models/json-outline.ts";
import { readPythonLiteral } from "./python-literal.ts";

/** What is nested deeper is no table, and could not be written again. */
const limits = {
  tokens: Number.POSITIVE_INFINITY,
  blanks: Number.POSITIVE_INFINITY,
  escapes: Number.POSITIVE_INFINITY,
  depth: 100,
};

/** Published metrics as a value: JSON, or Python's way to write it; else the text that came. */
export function readMetrics(text: string): unknown {
  const value = readAny(text);
  // Some tasks write JSON of what is text already.
  return typeof value === "string" && value !== text ? readMetrics(value) : value;
}

function readAny(text: string): unknown {
  if (exceedsOutline(text, limits)) return text;
  for (const read of [JSON.parse, readPythonLiteral]) {
    try {
      return read(text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return text;
}
