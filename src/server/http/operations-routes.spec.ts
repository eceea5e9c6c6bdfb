import assert from "node:assert/strict";
import { connect } from "node:net";
import { ServingState } from "../../lifecycle/serving-state.ts";
import { Metrics } from "../../telemetry/metrics.ts";
import { HttpServer } from "./http-server.ts";
import { operationsRoutes } from "./operations-routes.ts";

describe("operationsRoutes", () => {
  let trouble: "full" | "damaged" | null;
  let state: ServingState;
  let server: HttpServer;
  let url: string;
  beforeEach(async () => {
    trouble = null;
    state = new ServingState();
    state.moveTo("serving");
    const metrics = new Metrics();
    const fill = { size: 0, pending: 0, undelivered: 0, oldestAgeMs: 0, overdue: 0 };
    metrics.watchQueue({
      durable: {
        isReachable: true,
        get health() {
          return { trouble, lostRows: trouble === "damaged" ? 3 : 0 };
        },
      },
      stats: async () => fill,
    });
    const routes = operationsRoutes(state, metrics.registry, () => trouble);
    const onError = (error: unknown) => assert.fail(String(error));
    server = new HttpServer({ host: "127.0.0.1", port: 0, routes, onError });
    url = `http://127.0.0.1:${await server.start()}`;
  });
  afterEach(() => server.stop());

  async function look() {
    const [ready, metrics] = [await fetch(`${url}/readyz`), await fetch(`${url}/metrics`)];
    const text = await metrics.text();
    const value = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1]);
    const names = ["reachable", "full", "damaged", "lost_requests"] as const;
    const values = names.map((name) => value(`arena_queue_${name}`));
    return [ready.status, (await ready.text()).trim(), ...values] as const;
  }

  it("are not ready while the disk behind the queue is full, and ready again afterwards", async () => {
    trouble = "full";
    const [status, text, ...values] = await look();
    assert.deepEqual([status, values], [503, [0, 1, 0, 0]]);
    assert.match(text, /the disk behind the queue is full/);
    trouble = null;
    assert.deepEqual(await look(), [200, "serving", 1, 0, 0, 0]);
  });

  it("are not ready once the queue's file was damaged, and say how many requests it lacks", async () => {
    trouble = "damaged";
    const [status, text, ...values] = await look();
    assert.deepEqual([status, values], [503, [1, 0, 1, 3]]);
    assert.match(text, /the queue's file was damaged/);
  });

  it("say where the server is in its life whatever is wrong with its queue", async () => {
    trouble = "full";
    state.moveTo("draining");
    assert.deepEqual((await look()).slice(0, 2), [503, "draining"]);
  });

  it("write the figures down once for all who ask at the same time", async () => {
    let [written, asked] = [0, 0];
    const all = Promise.withResolvers<void>();
    const figures = {
      contentType: "text/plain",
      metrics: async () => {
        written += 1;
        await all.promise;
        return "figures";
      },
    };
    const routes = operationsRoutes(state, figures, () => trouble);
    const metrics = routes["/metrics"];
    assert.ok(metrics);
    const counted: typeof routes = {
      "/metrics": (request, response) => {
        asked += 1;
        if (asked === 3) all.resolve();
        return metrics(request, response);
      },
    };
    const onError = (error: unknown) => assert.fail(String(error));
    await server.stop();
    server = new HttpServer({ host: "127.0.0.1", port: 0, routes: counted, onError });
    const address = `http://127.0.0.1:${await server.start()}/metrics`;
    const ask = async () => (await fetch(address)).text();
    assert.deepEqual(await Promise.all([ask(), ask(), ask()]), ["figures", "figures", "figures"]);
    assert.equal(written, 1);
    await ask();
    assert.equal(written, 2);
  });

  it("answer so many requests of a connection that none of them is held for long", async () => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.write("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n".repeat(1000));
    let answers = "";
    for await (const chunk of socket.setEncoding("utf8")) {
      answers += chunk;
      if (answers.includes("HTTP/1.1 503")) break;
    }
    assert.equal(answers.split("HTTP/1.1 200 OK").length - 1, 100);
  });
});
