import assert from "node:assert/strict";
import { z } from "zod";
import type { Chart } from "./chart.ts";
import type { Report } from "./report.ts";

const existing = { existingSecret: "arena" };
const single = { mode: "single" };

const NetworkPolicy = z.object({
  ingress: z.array(
    z.object({ from: z.array(z.unknown()).optional(), ports: z.array(z.unknown()) }),
  ),
});

/** Examines what gateways, workers and the single pod are, how they are asked, and how they scale. */
export async function checkRoles(report: Report, chart: Chart): Promise<void> {
  await checkPods(report, chart);
  await checkProbes(report, chart);
  await checkScaling(report, chart);
  await checkDoors(report, chart);
}

async function checkPods(report: Report, chart: Chart): Promise<void> {
  const variable = (component: string, values: Record<string, string>, name: string) =>
    chart
      .render(values)
      .deployment(component)
      .template.spec.containers[0].env.find((it) => it.name === name)?.value;

  await report.check("gateways, workers and the single pod have their roles", () => {
    assert.equal(variable("gateway", existing, "ROLE"), "gateway");
    assert.equal(variable("worker", existing, "ROLE"), "worker");
    assert.equal(variable("single", single, "ROLE"), "all");
  });
  await report.check("the arena reaches gateways only, on port 8061", () => {
    const service = chart.render(existing).only("Service", "-model-server");
    assert.partialDeepStrictEqual(service.spec, {
      selector: { "app.kubernetes.io/component": "gateway" },
      ports: [{ name: "grpc", port: 8061, appProtocol: "kubernetes.io/h2c" }],
    });
  });
  await report.check(
    "replicas are replaced one by one, the single pod before its successor",
    () => {
      const { strategy, template } = chart.render(existing).deployment("gateway");
      assert.deepEqual(strategy, {
        type: "RollingUpdate",
        rollingUpdate: { maxUnavailable: 0, maxSurge: 1 },
      });
      assert.ok(template.spec["topologySpreadConstraints"]);
      assert.equal(chart.render(single).deployment("single").strategy.type, "Recreate");
    },
  );
  await report.check("a node's drain takes one gateway and one worker at a time", () => {
    const budgets = chart.render(existing).ofKind("PodDisruptionBudget");
    assert.equal(budgets.length, 2);
    for (const { spec } of budgets) assert.partialDeepStrictEqual(spec, { maxUnavailable: 1 });
  });
  await report.check("the single pod keeps its queue on a volume that outlives the release", () => {
    const rendering = chart.render(single);
    const claim = rendering.only("PersistentVolumeClaim").metadata;
    assert.deepEqual(claim["annotations"], { "helm.sh/resource-policy": "keep" });
    assert.equal(variable("single", single, "QUEUE_URL"), "sqlite:");
    assert.equal(variable("single", single, "SHARED_FOLDER_PATH"), "/data");
    const claimed = chart.render({ ...single, "single.storage.existingClaim": "mine" });
    assert.equal(claimed.ofKind("PersistentVolumeClaim").length, 0);
  });
  await report.check("other settings make other pods", () => {
    const configured = (limit: string) =>
      chart.render({ ...existing, "settings.MAX_QUEUE": limit }).deployment("worker").template
        .metadata.annotations["checksum/config"];
    assert.equal(configured("5"), configured("5"));
    assert.notEqual(configured("5"), configured("6"));
  });
  await report.check("helm test asks the doctor", () => {
    const pod = chart.render(existing).pods().at(-1);
    const command = ["node", "dist/cli.js", "doctor", "arena-arena-model-server:8061"];
    assert.deepEqual(pod?.containers[0].command, command);
  });
}

async function checkProbes(report: Report, chart: Chart): Promise<void> {
  const container = (component: string, values: Record<string, string>) =>
    chart.render(values).deployment(component).template.spec.containers[0];

  await report.check(
    "liveness asks the process, readiness and a worker's startup the model",
    () => {
      const worker = container("worker", existing);
      assert.deepEqual(worker.livenessProbe?.grpc, { port: 8061, service: "" });
      assert.deepEqual(worker.readinessProbe?.grpc, { port: 8061, service: "Model" });
      assert.deepEqual(worker.startupProbe?.grpc, { port: 8061, service: "Model" });
      assert.equal(container("gateway", existing).startupProbe?.grpc?.service, "");
    },
  );
  await report.check("a model may load as long as startupSeconds says", () => {
    const { startupProbe } = container("worker", { ...existing, startupSeconds: "1201" });
    const { failureThreshold = 0, periodSeconds = 0 } = startupProbe ?? {};
    assert.ok(failureThreshold * periodSeconds >= 1201);
  });
  await report.check("with TLS the probes ask the port that has none", () => {
    const tls = { ...existing, "settings.TLS_CERT_FILE": "/tls.crt" };
    const { livenessProbe, readinessProbe } = container("gateway", tls);
    assert.deepEqual(livenessProbe?.httpGet, { port: "metrics", path: "/livez" });
    assert.deepEqual(readinessProbe?.httpGet, { port: "metrics", path: "/readyz" });
  });
}

async function checkScaling(report: Report, chart: Chart): Promise<void> {
  await report.check("workers are as many as asked for, unless they are scaled", () => {
    const fixed = chart.render({ ...existing, "worker.replicas": "7" });
    assert.equal(fixed.deployment("worker").replicas, 7);
    for (const kind of ["hpa", "keda"]) {
      const scaled = chart.render({ ...existing, "autoscaling.kind": kind });
      assert.equal(scaled.deployment("worker").replicas, undefined);
      assert.equal(scaled.deployment("gateway").replicas, 2);
    }
  });
  await report.check("the scalers scale the workers on the queue's size", () => {
    const name = "arena-arena-model-server-worker";
    const hpa = chart.render({ ...existing, "autoscaling.kind": "hpa" });
    assert.partialDeepStrictEqual(hpa.only("HorizontalPodAutoscaler").spec, {
      scaleTargetRef: { kind: "Deployment", name },
      metrics: [{ type: "External", external: { metric: { name: "arena_queue_size" } } }],
    });
    const keda = chart.render({
      ...existing,
      "autoscaling.kind": "keda",
      "autoscaling.minReplicas": "0",
    });
    const url = "http://arena-arena-model-server.people.svc:8062/metrics";
    assert.partialDeepStrictEqual(keda.only("ScaledObject").spec, {
      scaleTargetRef: { name },
      minReplicaCount: 0,
      triggers: [{ type: "metrics-api", metadata: { url, valueLocation: "arena_queue_size" } }],
    });
  });
}

/** Who may call which port: a network policy that is there unless it is taken away. */
async function checkDoors(report: Report, chart: Chart): Promise<void> {
  const ingress = (component: string, values: Record<string, string>) =>
    NetworkPolicy.parse(chart.render(values).only("NetworkPolicy", `-${component}`).spec).ingress;
  const [ours, all] = [{ podSelector: {} }, { namespaceSelector: {} }];

  await report.check("only this namespace reaches the ports, unless more is said", () => {
    const [arena, metrics] = ingress("gateway", existing);
    assert.deepEqual(arena?.ports, [{ port: 8061 }]);
    assert.deepEqual(arena?.from?.[0], ours);
    assert.deepEqual(metrics, { from: [ours], ports: [{ port: 8062 }] });
    assert.deepEqual(ingress("worker", existing), [metrics]);
    assert.equal(ingress("single", single).length, 2);
    const off = chart.render({ ...existing, "networkPolicy.enabled": "false" });
    assert.deepEqual(off.ofKind("NetworkPolicy"), []);
  });
  await report.check("a service that is open to the outside is reached from there", () => {
    const open = { ...existing, "service.type": "LoadBalancer" };
    const [arena, metrics] = ingress("gateway", open);
    assert.deepEqual(arena, { ports: [{ port: 8061 }] });
    assert.deepEqual(metrics?.from, [ours]);
    const named = { ...open, "networkPolicy.arenaFrom[0].ipBlock.cidr": "10.0.0.0/8" };
    assert.deepEqual(ingress("gateway", named)[0]?.from?.[0], { ipBlock: { cidr: "10.0.0.0/8" } });
  });
  await report.check("whoever scales and watches reaches the metrics from its namespace", () => {
    for (const values of [
      { "autoscaling.kind": "keda" },
      { "autoscaling.kind": "hpa" },
      { "serviceMonitor.enabled": "true" },
    ]) {
      const [, metrics] = ingress("gateway", { ...existing, ...values });
      assert.deepEqual(metrics?.from, [all]);
      const named = { "networkPolicy.metricsFrom[0].ipBlock.cidr": "10.0.0.0/8" };
      const [, fewer] = ingress("gateway", { ...existing, ...values, ...named });
      assert.deepEqual(fewer?.from, [{ ipBlock: { cidr: "10.0.0.0/8" } }]);
    }
  });
}
