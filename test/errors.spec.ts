import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";

describe("docs/errors.md", () => {
  const classes = readdirSync("src/errors")
    .filter((file) => !file.endsWith(".spec.ts"))
    .flatMap((file) => [
      ...readFileSync(`src/errors/${file}`, "utf8").matchAll(/export class (\w+Error)\b/g),
    ])
    .map(([, name]) => name)
    .toSorted();
  const headings = [...readFileSync("docs/errors.md", "utf8").matchAll(/^### (\w+)/gm)]
    .map(([, heading]) => heading)
    .toSorted();

  it("has a heading for every error class, and for nothing else", () => {
    assert.ok(classes.length > 5);
    assert.deepEqual(headings, classes);
  });
});
