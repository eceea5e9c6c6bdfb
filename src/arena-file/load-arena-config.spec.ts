import assert from "node:assert/strict";
import { configParts } from "../access/config-parts.ts";
import { ConfigurationError } from "../errors/arena-error.ts";
import { loadArenaConfig } from "./load-arena-config.ts";

const problemOf = (path: string) => {
  try {
    loadArenaConfig({ path, setting: "CONFIG_FILE" }, configParts);
  } catch (error) {
    assert.ok(error instanceof ConfigurationError);
    return error.problems[0];
  }
  return assert.fail("the file was read");
};

describe("loadArenaConfig", () => {
  it("names the setting and the file when there is none", () => {
    assert.deepEqual(problemOf("no-such.yaml"), {
      name: "CONFIG_FILE",
      message: "no file at no-such.yaml; give the path of an arena.yaml",
    });
  });

  it("does not repeat a file's text that stands in the place of its path", () => {
    const problem = problemOf("profiles:\n  - accessKey: sk-canary");
    assert.match(problem?.message ?? "", /got several lines; give the file's path/);
    assert.doesNotMatch(JSON.stringify(problem), /canary/);
  });
});
