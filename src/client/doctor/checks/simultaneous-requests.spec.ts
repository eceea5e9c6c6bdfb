import assert from "node:assert/strict";
import { withPatient } from "../../../../test/fixtures/containers/patient.ts";
import { PythonContainer } from "../../../../test/fixtures/containers/python-container.ts";
import { RightContainer } from "../../../../test/fixtures/containers/right-container.ts";
import { simultaneousRequests } from "./simultaneous-requests.ts";

describe("simultaneousRequests", () => {
  for (const [name, container, verdict] of [
    ["finds one request after the other", new PythonContainer({ blockMs: 110 }), "broken"],
    ["finds several at once", new RightContainer({ modelMs: 200 }), "ok"],
    ["sees nothing of a quick model", new RightContainer(), "not seen"],
  ] as const) {
    it(`${name} (ARENA-10)`, async () => {
      const finding = await withPatient(container, { answerMs: 2000 }, (patient) =>
        simultaneousRequests.run(patient),
      );
      assert.equal(finding.verdict, verdict, finding.detail);
    });
  }
});
