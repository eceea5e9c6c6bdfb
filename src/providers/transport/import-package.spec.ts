import assert from "node:assert/strict";
import { importPackage } from "./import-package.ts";

describe("a vendor's package", () => {
  it("is named with what installs it when it is missing", async () => {
    const name = "@langchain/no-such-vendor";
    await assert.rejects(
      importPackage("Vendor", name, () => import(name)),
      {
        code: "FAILED_PRECONDITION",
        message: /^Vendor: .*npm install @langchain\/no-such-vendor$/,
      },
    );
  });

  it("fails as it failed when it is there and broken", async () => {
    const broken = new Error("broken");
    await assert.rejects(
      importPackage("Vendor", "x", () => Promise.reject(broken)),
      broken,
    );
  });
});
