import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { z } from "zod";
import { type Chart, kubernetesVersions } from "./chart.ts";
import { valuesFiles } from "./rendering-checks.ts";
import type { Report } from "./report.ts";
import type { Tools } from "./tools.ts";

/** Kubernetes' own version of it comes with kubectl-validate. */
const embeddedVersion = "1.30";

const Verdicts = z.record(
  z.string(),
  z.array(z.looseObject({ status: z.string(), message: z.string().optional() })),
);

/** What no version takes: the validation itself must be able to fail. */
const wrong = {
  "field.yaml": "apiVersion: v1\nkind: Service\nmetadata: { name: wrong }\nspec: { port: 1 }\n",
  "kind.yaml": "apiVersion: v1\nkind: Gateway\nmetadata: { name: wrong }\n",
  "scaler.yaml":
    "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: { name: wrong }\nspec: { triggers: 1 }\n",
};

/** Validates all that the chart renders as the API servers of several versions would. */
export async function checkKubernetesSchemas(
  report: Report,
  chart: Chart,
  tools: Tools,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "arena-deploy-"));
  try {
    await report.check("the chart is rendered for the schemas", () => {
      for (const file of valuesFiles) {
        writeFileSync(join(folder, basename(file)), chart.render({}, [file]).text);
      }
      for (const [name, text] of Object.entries(wrong)) writeFileSync(join(folder, name), text);
    });
    for (const version of kubernetesVersions) {
      await checkVersion(report, tools, folder, version);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function checkVersion(
  report: Report,
  tools: Tools,
  folder: string,
  version: string,
): Promise<void> {
  const verdicts = await report.check(`Kubernetes ${version}: kubectl-validate runs`, () =>
    validate(tools, folder, version),
  );
  if (!verdicts) return;
  for (const file of valuesFiles) {
    await report.check(`Kubernetes ${version} takes what ${basename(file)} makes`, () => {
      const documents = verdicts[join(folder, basename(file))] ?? [];
      assert.ok(documents.length > 5, `only ${documents.length} documents`);
      const problems = documents.filter(({ status }) => status !== "Success");
      assert.deepEqual(problems, []);
    });
  }
  await report.check(`Kubernetes ${version} refuses unknown fields and kinds`, () => {
    for (const name of Object.keys(wrong)) {
      assert.equal(verdicts[join(folder, name)]?.[0]?.status, "Failure", name);
    }
  });
}

function validate(tools: Tools, folder: string, version: string): z.infer<typeof Verdicts> {
  const schemas =
    version === embeddedVersion ? [] : [`--local-schemas=${tools.schemasOf(version)}`];
  const { stdout, stderr } = spawnSync(
    tools.kubectlValidate,
    [
      folder,
      "--output=json",
      `--version=${embeddedVersion}`,
      `--local-crds=${tools.customResources}`,
      ...schemas,
    ],
    // No cluster is asked, whatever this machine is connected to.
    { encoding: "utf8", env: { ...process.env, KUBECONFIG: "/dev/null" } },
  );
  if (!stdout.startsWith("{")) throw new Error(stderr || stdout);
  return Verdicts.parse(JSON.parse(stdout.slice(0, stdout.lastIndexOf("}") + 1)));
}
