import { padText, textWidth } from "./text-width.ts";

/** A column's heading, and the side on which its cells stand. */
export interface Column {
  readonly heading: string;
  readonly side: "left" | "right";
}

/** Lines of a table in which every column is as wide as its widest cell. */
export function alignColumns(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string[] {
  const table = [columns.map(({ heading }) => heading), ...rows];
  const widths = columns.map((_, index) =>
    table.reduce((widest, row) => Math.max(widest, textWidth(row[index] ?? "")), 0),
  );
  return table.map((row) =>
    columns
      .map(({ side }, index) => {
        const cell = row[index] ?? "";
        const width = widths[index] ?? 0;
        return side === "left" ? padText(cell, width) : " ".repeat(width - textWidth(cell)) + cell;
      })
      .join("  ")
      .trimEnd(),
  );
}
