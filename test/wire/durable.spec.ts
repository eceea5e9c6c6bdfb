import assert from "node:assert/strict";
import pg from "pg";
import { ScriptedModel } from "../../src/testing.ts";
import { deferred } from "../fixtures/deferred.ts";
import { HoldingProxy } from "../fixtures/holding-proxy.ts";
import {
  firstPostgresTimeoutMs,
  sharedPostgres,
  startPostgres,
  type TestPostgres,
} from "../fixtures/postgres.ts";
import { chat, names, question } from "../fixtures/questions.ts";
import { RecordingLogger } from "../fixtures/recording-logger.ts";
import { ServerProcess, testModel } from "../fixtures/server-process.ts";
import { sqliteFiles } from "../fixtures/sqlite-files.ts";
import { testResources } from "../fixtures/test-resources.ts";

/** Another model under the puppet's name: it answers whatever it is asked. */
const answering = { MODEL: testModel("chaos-model"), MODEL_ID: "scripted" };

describe("a durable queue", () => {
  const resources = testResources();
  const files = sqliteFiles();

  before(async function () {
    this.timeout(firstPostgresTimeoutMs);
    await sharedPostgres();
  });

  const emptyDatabase = async () => (await sharedPostgres()).createDatabase();

  const start = (environment: Readonly<Record<string, string>>) =>
    resources.use(new ServerProcess(environment));

  async function query(url: string, text: string): Promise<readonly unknown[]> {
    const client = new pg.Client(url);
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  }

  describe("whose Postgres is away", () => {
    let postgres: TestPostgres;

    before(async () => {
      postgres = await startPostgres();
    });
    beforeEach(() => postgres.start());
    after(() => postgres[Symbol.asyncDispose]());

    it("ARENA-9 answers UNAVAILABLE meanwhile, and everything once it is back", async () => {
      const [begun, released] = [deferred(), deferred()];
      // A crash of Postgres may take its claim away: then it runs once more.
      const model = new ScriptedModel(async () => {
        begun.resolve();
        await released.promise;
        return { text: "in the end" };
      });
      const settings = { QUEUE_URL: await postgres.createDatabase() };
      const { address } = await resources.server(model, { settings });
      const client = resources.connect(address);
      const stream = resources.connect(address).answers();
      assert.equal((await client.predict(question("before"))).code, "OK");
      await begun.promise;
      await postgres.kill();
      assert.equal((await client.predict(question("meanwhile"))).code, "OK");
      const refusal = await stream.answer("meanwhile");
      assert.equal(refusal.sessionID, "session");
      assert.equal(refusal.json.error?.code, "UNAVAILABLE");
      assert.equal(refusal.json.error.retryable, true);
      released.resolve();
      await postgres.start();
      assert.equal((await stream.answer("before")).json.text, "in the end");
      assert.equal((await client.predict(question("after"))).code, "OK");
      assert.equal((await stream.answer("after")).json.text, "in the end");
      assert.deepEqual(stream.messageIDs, ["meanwhile", "before", "after"]);
    }).timeout(30_000);

    it("is waited for at the start", async () => {
      const QUEUE_URL = await postgres.createDatabase();
      await postgres.stop();
      const server = start({ QUEUE_URL });
      await server.named("the queue's store cannot be used; trying again");
      await postgres.start();
      const { address } = await server.serving();
      const client = resources.connect(address);
      const stream = client.answers();
      await client.predict(question("1", { request: chat("say hello") }));
      assert.equal((await stream.answer("1")).json.text, "hello");
    }).timeout(30_000);
  });

  describe("that cannot be used as it is ends the start with 78 and no password", () => {
    async function refusal(url: URL | string): Promise<string> {
      const server = start({ QUEUE_URL: String(url) });
      assert.deepEqual(await server.exited, { code: 78, signal: null });
      const secret = new URL(url).password;
      const said = server.stderr + JSON.stringify(server.items);
      if (secret) assert.ok(!said.includes(secret), "the password is in its output");
      return server.stderr;
    }

    it("because of a wrong password", async () => {
      const url = new URL(await emptyDatabase());
      url.password = "wrong-password";
      assert.match(await refusal(url), /QUEUE_URL.*refuses the user or the password/);
    });

    it("because of a missing database", async () => {
      const url = new URL(await emptyDatabase());
      url.pathname = "/missing";
      assert.match(await refusal(url), /QUEUE_URL.*no database of this name; create it/);
    });

    it("because a newer version made its tables", async () => {
      const url = await emptyDatabase();
      await query(url, "CREATE TABLE arena_schema (version integer PRIMARY KEY)");
      await query(url, "INSERT INTO arena_schema VALUES (99)");
      assert.match(await refusal(url), /QUEUE_URL.*newer arena-model-server \(version 99/);
    });

    for (const [role, url] of [
      ["gateway", "sqlite:"],
      ["gateway", "memory:"],
      ["worker", "sqlite:"],
    ] as const) {
      it(`because a ${role} cannot share ${url}`, async () => {
        const server = start({ ROLE: role, QUEUE_URL: url });
        assert.deepEqual(await server.exited, { code: 78, signal: null });
        assert.match(server.stderr, /ROLE.*set QUEUE_URL to postgres:.*or ROLE to all/);
      });
    }
  });

  describe("on Postgres", () => {
    let shared: Readonly<Record<string, string>>;

    beforeEach(async () => {
      shared = { QUEUE_URL: await emptyDatabase() };
    });

    /** A gateway in this process. */
    async function gateway(more: Readonly<Record<string, string>> = {}) {
      const model = new ScriptedModel({ throws: new Error("a gateway runs no model") });
      const logger = new RecordingLogger();
      const settings = { ...shared, ROLE: "gateway", ...more };
      const server = await resources.server(model, { settings, logger });
      return { ...server, wire: resources.connect(server.address), logger };
    }

    it("ARENA-15 delivers over the stream of one gateway what another one accepted", async () => {
      const [one, other] = [await gateway(), await gateway()];
      const settings = { ...shared, ROLE: "worker" };
      await resources.server(new ScriptedModel({ answer: "yes" }), { settings });
      const stream = other.wire.answers();
      await stream.opened;
      const ids = names("m", 20);
      for (const id of ids) assert.equal((await one.wire.predict(question(id))).code, "OK");
      await stream.reached(ids.length);
      assert.deepEqual(stream.messageIDs.toSorted(), ids.toSorted());
    });

    it("ARENA-17 delivers over another gateway what the last reader of one may not have read", async () => {
      const [one, other] = [await gateway(), await gateway()];
      const settings = { ...shared, ROLE: "worker" };
      await resources.server(new ScriptedModel({ answer: "yes" }), { settings });
      const proxy = resources.use(await HoldingProxy.to(one.address));
      const broken = resources.connect(proxy.address).answers();
      await broken.opened;
      await one.wire.predict(question("1"));
      await broken.answer("1");
      await one.logger.find(({ msg }) => msg === "request");
      proxy.cut();
      await broken.ended;
      assert.equal((await other.wire.answers().answer("1")).json.text, "yes");
    });

    it("ARENA-20 ends the streams of a gateway with OK: another one goes on", async () => {
      const { wire, stop } = await gateway();
      const stream = wire.answers();
      await stream.opened;
      await stop();
      assert.equal((await stream.ended).code, "OK");
    });

    it("ARENA-16 gives each answer to one of the streams of all gateways", async () => {
      const [one, other] = [await gateway(), await gateway()];
      const settings = { ...shared, ROLE: "worker" };
      await resources.server(new ScriptedModel({ answer: "yes" }), { settings });
      const streams = [one.wire.answers(), other.wire.answers()];
      for (const { opened } of streams) await opened;
      const ids = names("m", 50);
      await Promise.all(ids.map((id) => one.wire.predict(question(id))));
      const isDelivered = (): boolean => streams.flatMap(({ items }) => items).length >= ids.length;
      const lines = [one.logger, other.logger];
      await Promise.race(lines.map((logger) => logger.find(isDelivered)));
      const came = streams.flatMap(({ messageIDs }) => messageIDs);
      assert.deepEqual(came.toSorted(), ids.toSorted());
    });

    it("ARENA-17 delivers over another gateway what one had not delivered when it was killed", async () => {
      const killed = start({ ...shared, ROLE: "gateway", LEASE_MS: "500" });
      const network = resources.use(await HoldingProxy.to((await killed.serving()).address));
      const worker = { ...shared, ROLE: "worker", LEASE_MS: "500" };
      await resources.server(new ScriptedModel({ answer: "yes" }), { settings: worker });
      const other = await gateway({ LEASE_MS: "60000" });
      const stream = resources.connect(network.address).answers();
      await stream.opened;
      network.toServer.hold();
      await other.wire.predict(question("1"));
      await stream.answer("1");
      const next = other.wire.answers();
      await next.opened;
      assert.deepEqual(next.items, [], "it was released although its gateway lives");
      killed.kill("SIGKILL");
      // Whoever frees it says so: the other gateway's own look is far away.
      assert.equal((await next.answer("1")).json.text, "yes");
    });

    it("runs elsewhere what a worker gives back at SIGTERM", async () => {
      const { wire } = await gateway();
      const first = start({ ...shared, ROLE: "worker", DRAIN_TIMEOUT_MS: "50" });
      await first.serving();
      const stream = wire.answers();
      await wire.predict(question("1", { request: chat("hold") }));
      await first.commanded("1");
      const second = start({ ...shared, ...answering, ROLE: "worker" });
      await second.serving();
      first.kill("SIGTERM");
      // The lease is 15 s: it came back, and was not taken from a worker that went silent.
      assert.match((await stream.answer("1")).json.text, /^session\|1\|hold\|/);
      assert.deepEqual(await first.exited, { code: 0, signal: null });
    });

    it("ARENA-9 answers ABORTED to a request that ended three workers", async () => {
      const { wire } = await gateway();
      const environment = { ...shared, ...answering, ROLE: "worker", LEASE_MS: "500" };
      const workers = names("worker", 4).map(() => start(environment));
      await Promise.all(workers.map((worker) => worker.serving()));
      const stream = wire.answers();
      await wire.predict(question("deadly", { request: chat("end it all") }));
      assert.equal((await stream.answer("deadly")).json.error?.code, "ABORTED");
      const [ended] = [await Promise.all(workers.map(({ items }) => items.filter(isBegin).length))];
      assert.deepEqual(ended?.toSorted(), [0, 1, 1, 1]);
      await wire.predict(question("harmless"));
      assert.match((await stream.answer("harmless")).json.text, /^session\|harmless\|/);
    }).timeout(30_000);

    it("keeps no row of what was delivered when RETENTION is 0", async () => {
      const settings = { ...shared, RETENTION: "0" };
      const logger = new RecordingLogger();
      const server = await resources.server(new ScriptedModel({ answer: "yes" }), {
        settings,
        logger,
      });
      const client = resources.connect(server.address);
      const stream = client.answers();
      await client.predict(question("1"));
      await stream.answer("1");
      await logger.find(({ msg }) => msg === "request");
      await client.publishMetrics({ metrics: '{"sessionID":"s"}', modelID: "scripted" });
      await server.stop();
      const url = shared["QUEUE_URL"] ?? "";
      assert.deepEqual(await query(url, "SELECT * FROM arena_requests"), []);
      assert.deepEqual(await query(url, "SELECT * FROM arena_metrics"), []);
    });

    it("keeps published metrics with the session that they name", async () => {
      const { wire, stop } = await gateway();
      const published = ["{'session': 's2'}", '{"sessionID": "s1", "rating": 5}', "4 of 5 frogs"];
      for (const metrics of published) {
        assert.equal((await wire.publishMetrics({ metrics, modelID: "scripted" })).code, "OK");
      }
      await stop();
      const text = "SELECT session_id, metrics FROM arena_metrics ORDER BY session_id DESC";
      assert.deepEqual(
        await query(shared["QUEUE_URL"] ?? "", text),
        published.map((metrics, place) => ({ session_id: ["s2", "s1", ""][place], metrics })),
      );
    });
  });

  describe("in a file", () => {
    it("answers after a restart what ran and waited at SIGTERM", async () => {
      const file = { QUEUE_URL: `sqlite:${files.file()}`, DRAIN_TIMEOUT_MS: "50" };
      const first = start({ ...file, MAX_CONCURRENCY: "1" });
      const client = resources.connect((await first.serving()).address);
      for (const messageID of ["runs", "waits", "waits too"]) {
        const { code } = await client.predict(question(messageID, { request: chat("hold") }));
        assert.equal(code, "OK");
      }
      await first.commanded("runs");
      first.kill("SIGTERM");
      assert.deepEqual(await first.exited, { code: 0, signal: null });
      const second = start({ ...file, ...answering });
      const stream = resources.connect((await second.serving()).address).answers();
      await stream.reached(3);
      assert.deepEqual(stream.messageIDs.toSorted(), ["runs", "waits", "waits too"]);
      for (const { json } of stream.items) assert.equal(json.error, undefined);
    });
  });
});

function isBegin({ msg }: { readonly msg: string }): boolean {
  return msg === "attempt begins";
}
