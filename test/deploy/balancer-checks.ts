import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { GatewayStandIn } from "./gateway-stand-in.ts";
import type { Report } from "./report.ts";
import { type BalancedConnection, balancerFile, RunningBalancer } from "./running-balancer.ts";

/** Validates HAProxy's configuration by HAProxy, and runs it in front of two gateways. */
export async function checkBalancer(report: Report, haproxy: string): Promise<void> {
  const isValid = await report.check(`${balancerFile}: haproxy -c has nothing to say`, () => {
    // Warnings are errors.
    const { status, stderr } = spawnSync(haproxy, ["-dW", "-c", "-f", balancerFile], {
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
    return true;
  });
  await report.check("the balancer cuts no stream that is idle for hours", () => {
    const timeouts = readFileSync(balancerFile, "utf8").matchAll(
      /timeout (client|server|tunnel) (\S+)/g,
    );
    const ofArena = [...timeouts].slice(0, 3).map(([, side, time]) => `${side} ${time}`);
    assert.deepEqual(ofArena, ["client 24h", "server 24h", "tunnel 24h"]);
  });
  if (isValid) await checkLive(report, haproxy);
}

async function checkLive(report: Report, haproxy: string): Promise<void> {
  const first = await GatewayStandIn.start("first");
  const second = await GatewayStandIn.start("second");
  const balancer = await RunningBalancer.start(haproxy, [first, second]);
  const held: BalancedConnection[] = [];
  const hold = async () => {
    const connection = await balancer.connect();
    held.push(connection);
    return connection;
  };
  const turn = async (gateway: GatewayStandIn, isReady: boolean) => {
    const logged = balancer.turned(gateway, isReady ? "UP" : "DOWN");
    gateway.isReady = isReady;
    await logged;
  };
  try {
    await report.check(
      "the balancer gives the arena's two connections to two gateways",
      async () => {
        const reached = [(await hold()).gateway, (await hold()).gateway];
        assert.deepEqual(reached.toSorted(), ["first", "second"]);
      },
    );
    await report.check(
      "a gateway that turns unready gets no connection and keeps its own",
      async () => {
        await turn(first, false);
        for (let count = 0; count < 2; count++) assert.equal((await hold()).gateway, "second");
        const own = held.find(({ gateway }) => gateway === "first");
        assert.equal(await own?.echo("still here"), "still here");
      },
    );
    await report.check("the balancer is unhealthy while no gateway is ready", async () => {
      await turn(second, false);
      assert.equal(await balancer.health(), 503);
      await turn(first, true);
      assert.equal(await balancer.health(), 200);
    });
    await report.check(
      "a gateway that is gone but not noticed yet costs no connection",
      async () => {
        await turn(second, true);
        first.leave();
        assert.equal((await hold()).gateway, "second");
      },
    );
  } finally {
    for (const connection of held) connection.close();
    await balancer.stop();
    first.stop();
    second.stop();
  }
}
