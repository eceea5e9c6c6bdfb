import assert from "node:assert/strict";
import { HesitatingContainer } from "../../../../test/fixtures/containers/broken-containers.ts";
import { withPatient } from "../../../../test/fixtures/containers/patient.ts";
import { PythonContainer } from "../../../../test/fixtures/containers/python-container.ts";
import { RightContainer } from "../../../../test/fixtures/containers/right-container.ts";
import { acceptsAtOnce, acceptsWhileWorking } from "./accepts-at-once.ts";

describe("acceptsAtOnce", () => {
  it("finds a predict that takes its time, though the answer takes longer (ARENA-7)", async () => {
    const finding = await withPatient(new HesitatingContainer(), { promptMs: 50 }, (patient) =>
      acceptsAtOnce.run(patient),
    );
    assert.equal(finding.verdict, "broken");
  });
});

describe("acceptsWhileWorking", () => {
  for (const [name, container, promptMs, verdict] of [
    ["finds a loop that the model blocks", new PythonContainer({ blockMs: 150 }), 60, "broken"],
    ["finds a predict that returns at once", new RightContainer({ modelMs: 150 }), 1000, "ok"],
    ["sees nothing of a quick model", new RightContainer(), 1000, "not seen"],
  ] as const) {
    it(`${name} (ARENA-7)`, async () => {
      const finding = await withPatient(container, { promptMs }, async (patient) => {
        await patient.firstExchange();
        return await acceptsWhileWorking.run(patient);
      });
      assert.equal(finding.verdict, verdict, finding.detail);
    });
  }
});
