import assert from "node:assert/strict";
import { importSdk } from "./import-sdk.ts";

describe("importSdk", () => {
  it("says what to install when a package is not there", async () => {
    const missing = "a-package-that-nobody-has";
    await assert.rejects(
      importSdk(missing, () => import(missing)),
      {
        reason: "invalid",
        problem: `needs the package ${missing}, which is not installed; run: npm install ${missing}`,
      },
    );
  });

  it("passes on whatever else goes wrong within a package", async () => {
    const broken = new Error("broken");
    await assert.rejects(
      importSdk("broken", () => Promise.reject(broken)),
      broken,
    );
  });
});
