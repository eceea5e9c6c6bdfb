import assert from "node:assert/strict";
import { Settings } from "../config/settings.ts";
import { formatModels, listModels } from "./list-models.ts";
import { models } from "./registry.ts";

describe("listModels", () => {
  const settings = Settings.parse({
    MODEL: "openai",
    OPENAI_API_KEY: "canary-4f1d",
    AZURE_OPENAI_ENDPOINT: "https://canary.example",
  });
  const rows = listModels(models, settings);

  it("has a row for every built-in model", () => {
    assert.deepEqual(
      rows.map(({ name }) => name),
      Object.keys(models),
    );
    assert.ok(rows.every(({ description }) => description.length > 10));
  });

  it("says what each model needs, whether it is set, and whether that is enough", () => {
    const row = (wanted: string) => rows.find(({ name }) => name === wanted);
    assert.deepEqual(row("echo")?.needs, []);
    assert.equal(row("echo")?.isReady, true);
    assert.deepEqual(row("openai")?.needs, [[[{ name: "OPENAI_API_KEY", isSet: true }]]]);
    assert.deepEqual([row("openai")?.isReady, row("openai")?.isSelected], [true, true]);
    assert.equal(row("azure")?.isReady, false);
    assert.equal(row("aalto")?.isReady, true);
  });

  it("writes an aligned table that holds no value of a setting", () => {
    const table = formatModels(rows);
    const lines = table.split("\n");
    assert.equal(lines.length, rows.length + 1);
    const column = lines[0]?.indexOf("WHAT IT IS") ?? -1;
    assert.ok(lines.every((line) => line[column - 1] === " " && line[column] !== " "));
    assert.match(table, /→ {2}openai {2,}ready .*OPENAI_API_KEY ✓/);
    assert.match(
      table,
      /AZURE_OPENAI_ENDPOINT ✓ \+ AZURE_OPENAI_DEPLOYMENT ✗ or AZURE_OPENAI_BASE_URL ✗/,
    );
    assert.ok(!table.includes("canary"));
  });
});
