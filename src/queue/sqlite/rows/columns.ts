import type { SQLOutputValue } from "node:sqlite";

/** A row as SQLite returns it. */
export type Row = Readonly<Record<string, SQLOutputValue>>;

/** A column that holds a number. */
export function numberIn(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== "number") throw unexpected(column, "a number", value);
  return value;
}

/** A column that holds a number or nothing. */
export function numberOrNullIn(row: Row, column: string): number | null {
  return row[column] === null ? null : numberIn(row, column);
}

/** A column that holds text. */
export function textIn(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== "string") throw unexpected(column, "text", value);
  return value;
}

function unexpected(column: string, expected: string, value: unknown): Error {
  return new TypeError(
    `the column ${column} holds ${value === null ? "nothing" : typeof value} instead of ${expected}; another program changed the database`,
  );
}
