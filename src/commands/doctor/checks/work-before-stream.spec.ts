import assert from "node:assert/strict";
import { ColdContainer } from "../../../../test/fixtures/containers/broken-containers.ts";
import { PythonContainer } from "../../../../test/fixtures/containers/python-container.ts";
import { RightContainer } from "../../../../test/fixtures/containers/right-container.ts";
import { withTarget } from "../../../../test/fixtures/containers/target.ts";
import { workBeforeStream } from "./work-before-stream.ts";

describe("workBeforeStream", () => {
  for (const [name, container, verdict] of [
    ["finds work that a stream begins", new PythonContainer({ blockMs: 150 }), "broken"],
    ["finds work that waits for none", new RightContainer({ modelMs: 150 }), "ok"],
    ["sees nothing of a model that loads something first", new ColdContainer(), "not seen"],
    ["sees nothing of a quick model", new RightContainer(), "not seen"],
  ] as const) {
    it(`${name} (ARENA-16)`, async () => {
      const finding = await withTarget(container, { answerMs: 1200 }, (target) =>
        workBeforeStream.run(target),
      );
      assert.equal(finding.verdict, verdict, finding.detail);
    });
  }
});
