import type { Settings } from "../config/settings.ts";
import type { ModelEntry, SettingName } from "./model-entry.ts";
import { isMet } from "./model-needs.ts";

/** One setting that a model needs, and whether it is set. Never its value. */
export interface NeededSetting {
  readonly name: SettingName;
  readonly isSet: boolean;
}

/** One line of `arena models`. */
export interface ModelRow {
  readonly name: string;
  readonly description: string;
  /** Whether MODEL names it. */
  readonly isSelected: boolean;
  /** Whether everything that it needs is set. */
  readonly isReady: boolean;
  /** Each need with its ways, each way with its settings. */
  readonly needs: readonly (readonly (readonly NeededSetting[])[])[];
}

/** Says of each model what it needs and whether that is set. */
export function listModels(
  models: Readonly<Record<string, ModelEntry>>,
  settings: Settings,
): ModelRow[] {
  return Object.entries(models).map(([name, { description, needs }]) => ({
    name,
    description,
    isSelected: name === settings.MODEL,
    isReady: needs.every((need) => isMet(settings, need)),
    needs: needs.map((need) =>
      need.map((way) => way.map((key) => ({ name: key, isSet: settings[key] !== undefined }))),
    ),
  }));
}

/** Writes the rows as a table whose columns are aligned. */
export function formatModels(rows: readonly ModelRow[]): string {
  const cells = rows.map((row) => [
    row.isSelected ? "→" : " ",
    row.name,
    row.isReady ? "ready" : "needs settings",
    row.description,
    row.needs.map(formatNeed).join(", ") || "nothing",
  ]);
  const table = [
    ["", "MODEL", "STATE", "WHAT IT IS", "WHAT IT NEEDS (✓ set, ✗ not set)"],
    ...cells,
  ];
  const widths = table[0]?.map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths?.[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function formatNeed(need: ModelRow["needs"][number]): string {
  return need
    .map((way) => way.map(({ name, isSet }) => `${name} ${isSet ? "✓" : "✗"}`).join(" + "))
    .join(" or ");
}
