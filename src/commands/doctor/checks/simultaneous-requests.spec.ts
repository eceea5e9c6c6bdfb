import assert from "node:assert/strict";
import { PythonContainer } from "../../../../test/fixtures/containers/python-container.ts";
import { RightContainer } from "../../../../test/fixtures/containers/right-container.ts";
import { withTarget } from "../../../../test/fixtures/containers/target.ts";
import { simultaneousRequests } from "./simultaneous-requests.ts";

describe("simultaneousRequests", () => {
  for (const [name, container, verdict] of [
    ["finds one request after the other", new PythonContainer({ blockMs: 110 }), "broken"],
    ["finds several at once", new RightContainer({ modelMs: 200 }), "ok"],
    ["sees nothing of a quick model", new RightContainer(), "not seen"],
  ] as const) {
    it(`${name} (ARENA-10)`, async () => {
      const finding = await withTarget(container, { answerMs: 2000 }, (target) =>
        simultaneousRequests.run(target),
      );
      assert.equal(finding.verdict, verdict, finding.detail);
    });
  }
});
