import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Chart, PodSpec, Rendering } from "./chart.ts";
import type { Report } from "./report.ts";
import { assertSettings } from "./settings.ts";

/** Files of values with which the chart must be right. */
export const valuesFiles = readdirSync(join("test", "deploy", "values"))
  .toSorted()
  .map((file) => join("test", "deploy", "values", file));

/** Variables that the files of values add for a model of one's own. */
const modelsOwn = ["MY_MODEL_STYLE"];
/** The longest that closing takes after the drain: doors, model, queue. */
const closingSeconds = 15;

/** Examines what each file of values makes: what Kubernetes' schemas cannot say. */
export async function checkRenderings(report: Report, chart: Chart): Promise<void> {
  for (const file of valuesFiles) await checkRendering(report, chart, file);
}

async function checkRendering(report: Report, chart: Chart, file: string): Promise<void> {
  const rendering = await report.check(`${file}: helm lint --strict and helm template`, () => {
    chart.lint({}, [file]);
    return chart.render({}, [file]);
  });
  if (!rendering) return;
  await report.check(`${file}: no pod has a token, a root user or a capability`, () => {
    assert.ok(rendering.pods().length > 1);
    for (const pod of rendering.pods()) assertLockedUp(pod);
  });
  await report.check(`${file}: a pod outlives its sleep, its drain and its closing`, () => {
    assertGrace(rendering);
  });
  await report.check(`${file}: every variable is a setting`, () => {
    const variables = rendering.pods().flatMap(({ containers: [it] }) => it.env);
    const configured = rendering.ofKind("ConfigMap").flatMap(({ data }) => Object.keys(data ?? {}));
    const names = [...variables.map(({ name }) => name), ...configured];
    assertSettings(names.filter((name) => !modelsOwn.includes(name)));
  });
  await report.check(`${file}: every object belongs to the release`, () => {
    for (const { metadata } of rendering.objects) {
      assert.equal(metadata.labels["app.kubernetes.io/instance"], "arena", metadata.name);
      assert.equal(metadata.labels["app.kubernetes.io/managed-by"], "Helm", metadata.name);
    }
  });
}

function assertLockedUp(pod: PodSpec): void {
  assert.equal(pod.automountServiceAccountToken, false);
  // A Service called "grpc" would otherwise set GRPC_PORT.
  assert.equal(pod.enableServiceLinks, false);
  assert.partialDeepStrictEqual(pod.securityContext, {
    runAsNonRoot: true,
    runAsUser: 1000,
    seccompProfile: { type: "RuntimeDefault" },
  });
  assert.deepEqual(pod.containers[0].securityContext, {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  });
}

function assertGrace(rendering: Rendering): void {
  const drainMs = Number(rendering.only("ConfigMap").data?.["DRAIN_TIMEOUT_MS"]);
  const pods = rendering.pods().filter(({ containers: [it] }) => it.lifecycle);
  assert.ok(pods.length > 0);
  for (const { containers, terminationGracePeriodSeconds: grace = 0 } of pods) {
    const sleep = containers[0].lifecycle?.preStop.sleep.seconds ?? Number.NaN;
    assert.ok(sleep > 0);
    assert.ok(grace >= sleep + drainMs / 1000 + closingSeconds, `${grace} s are too short`);
  }
}
