import assert from "node:assert/strict";
import * as broken from "../../../test/fixtures/containers/broken-containers.ts";
import { type Container, serveContainer } from "../../../test/fixtures/containers/container.ts";
import { PythonContainer } from "../../../test/fixtures/containers/python-container.ts";
import { RightContainer } from "../../../test/fixtures/containers/right-container.ts";
import { examine } from "./examination.ts";
import { Patient } from "./patient.ts";
import { makePlan } from "./plan.ts";
import { countBroken, type Report } from "./report.ts";

describe("examine", () => {
  it("DEBUG", async () => {
    const all: [string, new () => Container][] = [
      ["right", RightContainer],
      ["python", PythonContainer],
      ...Object.entries(broken),
    ];
    for (const [name, C] of all) {
      const t = performance.now();
      const report = await examineContainer(new C());
      console.log(name, Math.round(performance.now() - t), "ms", countBroken(report));
      for (const { requirement, title, finding } of report.checks)
        if (finding.verdict !== "ok" && finding.verdict !== "info")
          console.log("   ", requirement, title, finding);
      for (const o of report.orchestrators) if (!o.survives) console.log("   ", o);
    }
  }).timeout(60000);
});

async function examineContainer(container: Container, modelID?: string): Promise<Report> {
  await using served = await serveContainer(container);
  const patience = { callMs: 5000, answerMs: 400, quietMs: 40, promptMs: 150 };
  const connection = { address: served.address, receiveLimitBytes: 4 * 1024 * 1024 };
  const patient = new Patient(connection, patience, modelID);
  try {
    return await examine(patient, makePlan());
  } finally {
    await patient.discharge();
  }
}
