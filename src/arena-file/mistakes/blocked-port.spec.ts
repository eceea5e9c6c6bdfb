import assert from "node:assert/strict";
import { blockedPortOf } from "./blocked-port.ts";

describe("blockedPortOf", () => {
  it("knows ports that Node's fetch refuses without calling anybody", async () => {
    for (const port of [1, 25, 636, 6000, 6667, 10080]) {
      const url = `http://127.0.0.1:${port}/v1`;
      const refusal = await fetch(url).catch((error: unknown) => error);
      assert.match(String(refusal instanceof Error ? refusal.cause : refusal), /bad port/);
      assert.equal(blockedPortOf(url), port);
    }
  });

  it("lets pass what servers listen on, with and without a port", () => {
    for (const url of ["http://x:8000/v1", "http://x:11434/v1", "https://x/v1", "http://x:80/v1"]) {
      assert.equal(blockedPortOf(url), null);
    }
  });
});
