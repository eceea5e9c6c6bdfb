import type { RecordedMetrics, SessionArchive } from "../../queue/archive/session-archive.ts";
import { toCsvLine } from "./csv-line.ts";
import type { LineOutput } from "./line-output.ts";
import { readMetrics } from "./read-metrics.ts";
import { toIso } from "./times.ts";

const fixedColumns = ["receivedAt", "modelID", "sessionID"] as const;
const restColumn = "metrics";

/** Writes published metrics as JSON lines, of one session or all. */
export async function printMetrics(
  archives: readonly SessionArchive[],
  sessionID: string | null,
  output: LineOutput,
): Promise<void> {
  for await (const { receivedAt, modelID, sessionID: of, metrics } of all(archives, sessionID)) {
    const record = { receivedAt: toIso(receivedAt), modelID, sessionID: of };
    await output.line(JSON.stringify({ ...record, metrics: readMetrics(metrics) }));
  }
}

/**
 * Writes published metrics as CSV with a column for every key that occurs. What
 * finds no place in them stands as text in the last column.
 */
export async function printMetricsTable(
  archives: readonly SessionArchive[],
  sessionID: string | null,
  output: LineOutput,
): Promise<void> {
  const keys = await keysOf(archives, sessionID);
  await output.text(toCsvLine([...fixedColumns, ...keys, restColumn]));
  for await (const record of all(archives, sessionID)) {
    await output.text(toCsvLine(toRow(record, keys)));
  }
}

function toRow(record: RecordedMetrics, keys: ReadonlySet<string>): string[] {
  const known = columnsOf(record);
  // A server may have stored more since the columns were collected.
  const fits = known !== null && [...known.keys()].every((key) => keys.has(key));
  return [
    toIso(record.receivedAt),
    record.modelID,
    record.sessionID,
    ...[...keys].map((key) => (fits ? (known.get(key) ?? "") : "")),
    fits ? "" : record.metrics,
  ];
}

/** Reads everything once more than needed rather than to keep it all. */
async function keysOf(
  archives: readonly SessionArchive[],
  sessionID: string | null,
): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  for await (const record of all(archives, sessionID)) {
    for (const key of columnsOf(record)?.keys() ?? []) keys.add(key);
  }
  return keys;
}

/** The metrics' own keys; those that are columns already are told apart by a prefix. */
function columnsOf({ metrics }: RecordedMetrics): ReadonlyMap<string, string> | null {
  const flat = flattenMetrics(readMetrics(metrics));
  if (flat === null) return null;
  const columns = new Map<string, string>();
  for (const [key, value] of flat) {
    const isTaken = key === restColumn || fixedColumns.some((column) => column === key);
    columns.set(isTaken ? `${restColumn}.${key}` : key, value);
  }
  return columns.size === flat.size ? columns : null;
}

async function* all(archives: readonly SessionArchive[], sessionID: string | null) {
  for (const archive of archives) yield* archive.metrics(sessionID);
}

/**
 * The values of nested metrics by their keys, joined with dots; lists become
 * JSON. Null for what is no object, or would have two values under one key.
 */
function flattenMetrics(metrics: unknown): ReadonlyMap<string, string> | null {
  if (!isObject(metrics)) return null;
  const flat = new Map<string, string>();
  return addTo(flat, "", metrics) ? flat : null;
}

function addTo(flat: Map<string, string>, prefix: string, value: object): boolean {
  return Object.entries(value).every(([name, member]: [string, unknown]) => {
    const key = `${prefix}${name}`;
    if (isObject(member) && Object.keys(member).length > 0) return addTo(flat, `${key}.`, member);
    if (flat.has(key)) return false;
    flat.set(key, toText(member));
    return true;
  });
}

function toText(value: unknown): string {
  if (value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
