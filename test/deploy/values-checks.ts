import assert from "node:assert/strict";
import { join } from "node:path";
import { secretSettings } from "../../src/config/settings.ts";
import { type Chart, readValuesSchema } from "./chart.ts";
import type { Report } from "./report.ts";
import { settingNames } from "./settings.ts";

const existing = { existingSecret: "arena" };
const single = { mode: "single" };
const configured = { configMapRef: { name: "arena-arena-model-server" } };
/** What the chart sets by itself, so that the values' `settings` cannot. */
const chartsOwn = [
  ...["MODEL", "ROLE", "GRPC_PORT", "HTTP_PORT", "DRAIN_TIMEOUT_MS", "SHARED_FOLDER_PATH"],
  ...secretSettings,
];

/** Examines what becomes of values: which are refused, and where secrets go. */
export async function checkValues(report: Report, chart: Chart): Promise<void> {
  await checkSecrets(report, chart);
  await checkRefusals(report, chart);
  await checkSettings(report, chart);
}

async function checkSecrets(report: Report, chart: Chart): Promise<void> {
  await report.check("a secret's values stand in the secret only", () => {
    const rendering = chart.render({
      "secret.QUEUE_URL": "postgres://arena:swordfish@database:5432/arena",
      "secret.OPENAI_API_KEY": "swordfish",
    });
    const holders = rendering.objects.filter((it) => JSON.stringify(it).includes("swordfish"));
    assert.deepEqual(
      holders.map(({ kind }) => kind),
      ["Secret"],
    );
  });
  await report.check("an existing secret is referred to, and none is made", () => {
    const rendering = chart.render({ ...existing, "secret.QUEUE_URL": "ignored" });
    assert.equal(rendering.ofKind("Secret").length, 0);
    for (const component of ["gateway", "worker"]) {
      const [container] = rendering.deployment(component).template.spec.containers;
      const queueUrl = { secretKeyRef: { name: "arena", key: "QUEUE_URL" } };
      assert.partialDeepStrictEqual(container, { env: [{}, { valueFrom: queueUrl }] });
    }
    const [worker] = rendering.deployment("worker").template.spec.containers;
    assert.deepEqual(worker["envFrom"], [configured, { secretRef: { name: "arena" } }]);
    const alone = chart.render({ ...existing, ...single }).deployment("single");
    assert.deepEqual(alone.template.spec.containers[0]["envFrom"], worker["envFrom"]);
  });
  await report.check("gateways get no vendors' keys", () => {
    for (const values of [
      existing,
      { "secret.QUEUE_URL": "postgres:", "secret.KEY": "swordfish" },
    ]) {
      const rendering = chart.render({
        ...values,
        "worker.extraEnv[0].name": "ANTHROPIC_API_KEY",
        "worker.extraEnv[0].value": "swordfish",
        "extraEnv[0].name": "MY_MODEL_STYLE",
        "extraEnv[0].value": "brief",
      });
      const [gateway] = rendering.deployment("gateway").template.spec.containers;
      assert.deepEqual(gateway["envFrom"], [configured]);
      const names = ["ROLE", "QUEUE_URL", "MY_MODEL_STYLE"];
      assert.deepEqual(
        gateway.env.map(({ name }) => name),
        names,
      );
      const [worker] = rendering.deployment("worker").template.spec.containers;
      assert.deepEqual(
        worker.env.map(({ name }) => name),
        [...names, "ANTHROPIC_API_KEY"],
      );
    }
  });
  await report.check("an address with a key in it belongs into the secret", () => {
    for (const url of ["https://host/v1?api_key=swordfish", "https://me:swordfish@host/v1"]) {
      for (const name of ["AZURE_OPENAI_BASE_URL", "OPENAI_BASE_URL", "LOCAL_BASE_URL"]) {
        const values = { ...existing, [`settings.${name}`]: url };
        assert.throws(() => chart.render(values), /does not match pattern/);
      }
    }
    chart.render({ ...existing, "settings.LOCAL_BASE_URL": "http://models:8000/a@b/v1" });
  });
  await report.check("replicas without QUEUE_URL are refused", () => {
    assert.throws(() => chart.render(), /QUEUE_URL is missing/);
  });
}

async function checkRefusals(report: Report, chart: Chart): Promise<void> {
  const wrong: readonly (readonly [name: string, value: string, reason: RegExp])[] = [
    ["worker.replica", "2", /'replica' not allowed/],
    ["replicaCount", "2", /'replicaCount' not allowed/],
    ["gateway.replicas", "0", /minimum: got 0, want 1/],
    ["worker.replicas", "two", /got string, want integer/],
    ["mode", "cluster", /'\/mode': value must be one of/],
    ["settings.MAX_CONCURENCY", "2", /'MAX_CONCURENCY' not allowed/],
    ["settings.OPENAI_API_KEY", "sk-1", /'OPENAI_API_KEY' not allowed/],
    ["preStopSeconds", "0", /minimum: got 0, want 1/],
  ];
  for (const [name, value, reason] of wrong) {
    await report.check(`${name}=${value} is refused`, () => {
      assert.throws(() => chart.render({ ...existing, [name]: value }), reason);
    });
  }
  await report.check("autoscaling of nobody, and to nobody without KEDA, is refused", () => {
    const hpa = { ...existing, "autoscaling.kind": "hpa", "autoscaling.minReplicas": "0" };
    assert.throws(() => chart.render(hpa), /minimum: got 0, want 1/);
    const alone = { ...single, "autoscaling.kind": "keda" };
    assert.throws(() => chart.render(alone), /autoscaling needs workers/);
  });
}

async function checkSettings(report: Report, chart: Chart): Promise<void> {
  await report.check("large numbers reach the server as they are", () => {
    const rendering = chart.render({}, [join("test", "deploy", "values", "everything.yaml")]);
    assert.partialDeepStrictEqual(rendering.only("ConfigMap").data, {
      MAX_REQUEST_BYTES: "33554432",
      LOG_CONTENT: "false",
    });
  });
  await report.check("values.schema.json takes every setting that the chart does not set", () => {
    const expected = [...settingNames].filter((name) => !chartsOwn.includes(name));
    assert.deepEqual(readValuesSchema().settings.toSorted(), expected.toSorted());
  });
}
