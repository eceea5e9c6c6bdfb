import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { nodeProblem } from "./node-version.ts";

describe("nodeProblem", () => {
  it("has nothing against the versions that package.json allows", () => {
    const { engines } = JSON.parse(readFileSync("package.json", "utf8"));
    const least = engines.node.replace(">=", "");
    for (const version of [`${least}.0`, "22.20.1", "24.0.0", process.versions.node]) {
      assert.equal(nodeProblem(version), null, version);
    }
  });

  it("says of older ones what is needed, what came and what to do", () => {
    for (const version of ["18.20.0", "20.20.2", "22.17.9"]) {
      assert.match(nodeProblem(version) ?? "", /Node 22\.18 or newer.*npm start/);
      assert.ok(nodeProblem(version)?.includes(version));
    }
  });
});
