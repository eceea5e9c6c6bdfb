import assert from "node:assert/strict";
import { runDoctor } from "../../src/commands/doctor/doctor.ts";
import { startPostgres } from "../fixtures/postgres.ts";
import { ServerProcess } from "../fixtures/server-process.ts";
import { stringTerminal } from "../fixtures/string-terminal.ts";
import type { Report } from "./report.ts";
import { type BalancedServer, RunningBalancer } from "./running-balancer.ts";

/** Runs what compose.durable.yaml describes, without containers, and asks the doctor. */
export async function checkReplicas(report: Report, haproxy: string): Promise<void> {
  await report.check(
    "two gateways and two workers behind the balancer survive the arena",
    async () => {
      await using resources = new AsyncDisposableStack();
      const postgres = resources.use(await startPostgres());
      const start = (ROLE: string) =>
        resources.use(new ServerProcess({ QUEUE_URL: postgres.url, MODEL: "echo", ROLE }));
      const workers = [start("worker"), start("worker")];
      const gateways = [start("gateway"), start("gateway")];
      await Promise.all(workers.map((worker) => worker.serving()));
      const balanced = await Promise.all(gateways.map(toBalancedServer));
      const balancer = await RunningBalancer.start(haproxy, balanced);
      resources.defer(() => balancer.stop());

      const terminal = stringTerminal();
      const exitCode = await runDoctor([balancer.address], terminal);
      assert.equal(exitCode, 0, terminal.stdout.text);
    },
  );
}

async function toBalancedServer(gateway: ServerProcess, index: number): Promise<BalancedServer> {
  const { address, httpUrl } = await gateway.serving();
  const portOf = (url: string) => Number(new URL(url).port);
  return { name: `gateway${index}`, port: portOf(`tcp://${address}`), httpPort: portOf(httpUrl) };
}
