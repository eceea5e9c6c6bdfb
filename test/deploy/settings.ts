import assert from "node:assert/strict";
import { Settings } from "../../src/config/settings.ts";

/** The names of all settings. */
export const settingNames: ReadonlySet<string> = new Set(Object.keys(Settings.shape));

/** A name that the server does not read is a name that was changed or mistyped. */
export function assertSettings(names: Iterable<string>): void {
  const unknown = [...names].filter((name) => !settingNames.has(name));
  assert.deepEqual(unknown, [], "not in src/config/settings.ts");
}
