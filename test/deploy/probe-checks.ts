import assert from "node:assert/strict";
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { ProtobufFields } from "../fixtures/protobuf-fields.ts";
import { RecordingLogger } from "../fixtures/recording-logger.ts";
import { startingServer } from "../fixtures/starting-server.ts";
import { TestResources } from "../fixtures/test-resources.ts";
import type { WireClient } from "../fixtures/wire-client.ts";
import type { Chart } from "./chart.ts";
import type { Report } from "./report.ts";

const kinds = ["startupProbe", "readinessProbe", "livenessProbe"] as const;
type Well = Readonly<Record<(typeof kinds)[number], boolean>>;

/** Asks a running server what the kubelet would ask it. */
export async function checkProbes(report: Report, chart: Chart): Promise<void> {
  const resources = new TestResources();
  try {
    await report.check("the kubelet's gRPC probes leave a loading model alone", async () => {
      const server = await startingServer(resources, new RecordingLogger(), {
        QUEUE_URL: "memory:",
      });
      const client = resources.connect(server.address);
      const loading = { startupProbe: false, readinessProbe: false, livenessProbe: true };
      assert.deepEqual(await probe(chart, "worker", client), loading);
      await server.load();
      const loaded = { startupProbe: true, readinessProbe: true, livenessProbe: true };
      assert.deepEqual(await probe(chart, "worker", client), loaded);
      assert.deepEqual(await probe(chart, "gateway", client), loaded);
    });
  } finally {
    await resources.close();
  }
}

async function probe(chart: Chart, component: string, client: WireClient): Promise<Well> {
  const rendering = chart.render({ existingSecret: "arena" });
  const [container] = rendering.deployment(component).template.spec.containers;
  const isWell = async (kind: (typeof kinds)[number]) => {
    const service = container[kind]?.grpc?.service;
    assert.ok(service !== undefined, `no ${kind}`);
    const request = new BinaryWriter().uint32(10).string(service).finish();
    const path = "/grpc.health.v1.Health/Check";
    const { response } = await client.unary(path, Buffer.from(request), (bytes) =>
      new ProtobufFields(bytes).number(1),
    );
    return response === 1;
  };
  const [startupProbe, readinessProbe, livenessProbe] = [
    await isWell("startupProbe"),
    await isWell("readinessProbe"),
    await isWell("livenessProbe"),
  ];
  return { startupProbe, readinessProbe, livenessProbe };
}
