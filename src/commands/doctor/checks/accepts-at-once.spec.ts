import assert from "node:assert/strict";
import { HesitatingContainer } from "../../../../test/fixtures/containers/broken-containers.ts";
import { PythonContainer } from "../../../../test/fixtures/containers/python-container.ts";
import { RightContainer } from "../../../../test/fixtures/containers/right-container.ts";
import { withTarget } from "../../../../test/fixtures/containers/target.ts";
import { acceptsAtOnce, acceptsWhileWorking } from "./accepts-at-once.ts";

describe("acceptsAtOnce", () => {
  it("finds a predict that takes its time, though the answer takes longer (ARENA-7)", async () => {
    const finding = await withTarget(new HesitatingContainer(), { promptMs: 50 }, (target) =>
      acceptsAtOnce.run(target),
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
      const finding = await withTarget(container, { promptMs }, async (target) => {
        await target.firstExchange();
        return await acceptsWhileWorking.run(target);
      });
      assert.equal(finding.verdict, verdict, finding.detail);
    });
  }
});
