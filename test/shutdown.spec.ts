import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { freePort } from "./fixtures/free-port.ts";
import { chat, question } from "./fixtures/questions.ts";
import { ServerProcess, testModel } from "./fixtures/server-process.ts";
import { testPem } from "./fixtures/test-certificates.ts";
import { testResources } from "./fixtures/test-resources.ts";

describe("the server's process", () => {
  const resources = testResources();

  const start = (environment: Readonly<Record<string, string>> = {}) =>
    resources.use(new ServerProcess(environment));

  /** A process that serves, a connection to it and a stream of its answers. */
  async function serve(environment: Readonly<Record<string, string>> = {}) {
    const server = start(environment);
    const { address, httpUrl } = await server.serving();
    const client = resources.connect(address);
    const stream = resources.connect(address).answers();
    await stream.opened;
    const command = async (messageID: string, text: string) => {
      const { code } = await client.predict(question(messageID, { request: chat(text) }));
      assert.equal(code, "OK");
    };
    return { server, client, stream, command, address, httpUrl };
  }

  describe("at SIGTERM", () => {
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
      it(`ARENA-20 ends with 0 at ${signal}, the stream with UNAVAILABLE`, async () => {
        const { server, stream } = await serve();
        server.kill(signal);
        assert.equal((await stream.ended).code, "UNAVAILABLE");
        assert.deepEqual(await server.exited, { code: 0, signal: null });
        assert.equal(server.stderr, "");
      });
    }

    it("ARENA-20 finishes what runs, takes more in the meantime, and delivers it all", async () => {
      const { server, stream, command, httpUrl } = await serve();
      await command("running", "hold");
      await server.commanded("running");
      server.kill("SIGTERM");
      await server.named("draining");
      assert.equal((await fetch(`${httpUrl}/readyz`)).status, 503);
      await command("late", "say late");
      await stream.answer("late");
      await command("end", "release");
      assert.equal((await stream.ended).code, "UNAVAILABLE");
      assert.deepEqual(stream.messageIDs.toSorted(), ["end", "late", "running"]);
      assert.equal((await stream.answer("running")).json.text, "held until released");
      assert.deepEqual(await server.exited, { code: 0, signal: null });
    });

    it("answers UNAVAILABLE to what runs and waits when DRAIN_TIMEOUT_MS is over", async () => {
      const { server, stream, command } = await serve({
        DRAIN_TIMEOUT_MS: "50",
        MAX_CONCURRENCY: "2",
      });
      await command("hears", "hold");
      await command("deaf", "deaf");
      await server.commanded("deaf");
      await command("waits", "say hello");
      server.kill("SIGTERM");
      assert.equal((await stream.ended).code, "UNAVAILABLE");
      assert.deepEqual(stream.messageIDs.toSorted(), ["deaf", "hears", "waits"]);
      for (const { json, messageID } of stream.items) {
        assert.equal(json.error?.code, "UNAVAILABLE", messageID);
        assert.equal(json.error.retryable, true);
      }
      assert.deepEqual(await server.exited, { code: 0, signal: null });
    });

    it("waits for a client that comes back for its answer", async () => {
      const server = start({ DRAIN_TIMEOUT_MS: "8000" });
      const client = resources.connect((await server.serving()).address);
      await client.predict(question("1", { request: chat("say hello") }));
      await server.commanded("1");
      server.kill("SIGTERM");
      await server.named("waiting for clients to take their answers");
      const stream = client.answers();
      assert.equal((await stream.answer("1")).json.text, "hello");
      assert.equal((await stream.ended).code, "UNAVAILABLE");
      assert.deepEqual(await server.exited, { code: 0, signal: null });
    });

    it("ends although nobody takes the answers, and says so", async () => {
      const server = start({ DRAIN_TIMEOUT_MS: "50" });
      const client = resources.connect((await server.serving()).address);
      await client.predict(question("1", { request: chat("say hello") }));
      await server.commanded("1");
      server.kill("SIGTERM");
      assert.deepEqual(await server.exited, { code: 0, signal: null });
      const line = server.items.find(({ msg }) => msg.includes("nobody took"));
      assert.equal(line?.["undelivered"], 1);
    });

    for (const [first, second, code] of [
      ["SIGTERM", "SIGTERM", 143],
      ["SIGTERM", "SIGINT", 130],
      ["SIGINT", "SIGTERM", 143],
    ] as const) {
      it(`ends at once with ${code} at ${second} after ${first}`, async () => {
        const { server, command } = await serve();
        await command("running", "hold");
        await server.commanded("running");
        server.kill(first);
        await server.named("draining");
        server.kill(second);
        assert.deepEqual(await server.exited, { code, signal: null });
      });
    }
  });

  describe("while the model starts", () => {
    it("ends with 0 at SIGTERM once the start is over, and never says that it serves", async () => {
      const server = start({ PUPPET_START: "until told", DRAIN_TIMEOUT_MS: "8000" });
      await server.named("model starts");
      server.kill("SIGTERM");
      await server.named("stopping; a second signal stops at once");
      server.tell("go on");
      assert.deepEqual(await server.exited, { code: 0, signal: null });
      assert.deepEqual(
        server.items.filter(({ msg }) => msg === "serving"),
        [],
      );
    });

    it("ends with 0 at SIGTERM although the start hangs", async () => {
      const server = start({ PUPPET_START: "hang", DRAIN_TIMEOUT_MS: "50" });
      await server.named("model starts");
      server.kill("SIGTERM");
      assert.deepEqual(await server.exited, { code: 0, signal: null });
    });

    it("answers the requests that came already when it is stopped", async () => {
      const port = await freePort();
      const server = start({
        PUPPET_START: "until told",
        GRPC_PORT: String(port),
        DRAIN_TIMEOUT_MS: "2000",
      });
      await server.named("model starts");
      const client = resources.connect(`127.0.0.1:${port}`);
      const stream = client.answers();
      await client.predict(question("early", { request: chat("say hello") }));
      server.kill("SIGTERM");
      await server.named("stopping; a second signal stops at once");
      server.tell("go on");
      await stream.answer("early");
      assert.equal((await stream.ended).code, "UNAVAILABLE");
      assert.deepEqual(await server.exited, { code: 0, signal: null });
    });

    it("ends with an error that says why when the start fails", async () => {
      const server = start({ PUPPET_START: "throw" });
      const { code } = await server.exited;
      assert.ok(code !== null && code > 0 && code !== 78 && code !== 13, `exit code ${code}`);
      const said = server.stderr + server.items.map((line) => JSON.stringify(line)).join("\n");
      assert.match(said, /the weights are missing/);
    });

    it("answers the requests that came already when the start fails", async () => {
      const port = await freePort();
      const server = start({
        PUPPET_START: "throw when told",
        GRPC_PORT: String(port),
        DRAIN_TIMEOUT_MS: "2000",
      });
      await server.named("model starts");
      const client = resources.connect(`127.0.0.1:${port}`);
      const stream = client.answers();
      await stream.opened;
      await client.predict(question("early", { request: chat("say hello") }));
      server.tell("go on");
      assert.equal((await stream.answer("early")).json.error?.code, "UNAVAILABLE");
      assert.equal((await stream.ended).code, "UNAVAILABLE");
      assert.notEqual((await server.exited).code, 0);
    });
  });

  it("works on, and ends as usual, when nobody reads its log any more", async () => {
    const { server, stream, command } = await serve();
    // As with `npm start | jq` and Ctrl-C, which ends jq, too.
    server.stopReading();
    for (const messageID of ["1", "2", "3"]) {
      await command(messageID, "say yes");
      await stream.answer(messageID);
    }
    server.kill("SIGINT");
    assert.equal((await stream.ended).code, "UNAVAILABLE");
    assert.deepEqual(await server.exited, { code: 0, signal: null });
    assert.equal(server.stderr, "");
  });

  describe("when the model misbehaves", () => {
    for (const [how, expected] of [
      ["reject", /lost promise/],
      ["garble", /cannot be read/],
    ] as const) {
      it(`goes on after a promise that nobody looked at (${how})`, async () => {
        const { server, stream, command } = await serve();
        await command("1", how);
        assert.equal((await stream.answer("1")).json.text, "rejected");
        const line = await server.named("unhandled rejection");
        assert.match(JSON.stringify(line), expected);
        await command("2", "say still here");
        assert.equal((await stream.answer("2")).json.text, "still here");
        server.kill("SIGTERM");
        assert.equal((await server.exited).code, 0);
      });
    }

    it("answers what is left after an exception that nobody caught, and ends with 1", async () => {
      const { server, stream, command } = await serve();
      await command("running", "hold");
      await server.commanded("running");
      await command("crash", "crash");
      await server.named("draining");
      await command("end", "release");
      assert.equal((await stream.answer("running")).json.text, "held until released");
      assert.equal((await stream.ended).code, "UNAVAILABLE");
      assert.deepEqual(await server.exited, { code: 1, signal: null });
      assert.ok(server.items.some((line) => JSON.stringify(line).includes("lost exception")));
    });

    it("ends with 0 although the model's stop throws", async () => {
      const { server, stream } = await serve({ PUPPET_STOP: "throw" });
      server.kill("SIGTERM");
      assert.equal((await stream.ended).code, "UNAVAILABLE");
      assert.deepEqual(await server.exited, { code: 0, signal: null });
      assert.ok(server.items.some((line) => JSON.stringify(line).includes("weights are missing")));
    });

    it("ends with 0 although the model's stop hangs", async () => {
      const { server, stream } = await serve({ PUPPET_STOP: "hang", DRAIN_TIMEOUT_MS: "50" });
      server.kill("SIGTERM");
      assert.equal((await stream.ended).code, "UNAVAILABLE");
      assert.deepEqual(await server.exited, { code: 0, signal: null });
    });
  });

  describe("with a wrong configuration", () => {
    /** Ends with 78 and nothing on standard output. @returns standard error */
    async function refused(environment: Readonly<Record<string, string>>): Promise<string> {
      const server = start(environment);
      assert.deepEqual(await server.exited, { code: 78, signal: null }, server.stderr);
      assert.deepEqual(server.items, []);
      return server.stderr;
    }

    it("ends with 78 and says everything that is wrong at once", async () => {
      const stderr = await refused({
        MODEL: "gpt-99",
        GRPC_PORT: "99999",
        HTTP_PORT: "http",
        MAX_QUEUE: "0",
        MAX_CONCURRENCY: "1.5",
        REQUEST_TIMEOUT_MS: "-1",
        GRPC_STATUS_MODE: "loose",
        GRPC_REFLECTION: "perhaps",
        LOG_LEVEL: "loud",
        TLS_CERT_FILE: "no-such-file.pem",
      });
      for (const name of [
        "MODEL",
        "GRPC_PORT",
        "HTTP_PORT",
        "MAX_QUEUE",
        "MAX_CONCURRENCY",
        "REQUEST_TIMEOUT_MS",
        "GRPC_STATUS_MODE",
        "GRPC_REFLECTION",
        "LOG_LEVEL",
        "TLS_CERT_FILE",
        "TLS_KEY_FILE",
      ]) {
        assert.match(stderr, new RegExp(`✖ ${name}: .{10,}`));
      }
      assert.match(stderr, /99999/);
      assert.doesNotMatch(stderr, /^\s+at /m);
    });

    it("says at once, too, what only queue and credentials can see", async () => {
      const stderr = await refused({
        MAX_QUEUE: "0",
        QUEUE_URL: "redis://user:hunter2@localhost",
        TLS_CERT_FILE: testPem("server.pem"),
        TLS_KEY_FILE: testPem("stranger.key"),
      });
      for (const name of ["MAX_QUEUE", "QUEUE_URL", "TLS_CERT_FILE"]) {
        assert.match(stderr, new RegExp(`✖ ${name}`));
      }
      assert.doesNotMatch(stderr, /hunter2/);
    });

    it("ends with 78 and the names that there are when the model is not known", async () => {
      const stderr = await refused({ MODEL: "ecko" });
      assert.match(stderr, /MODEL: .*"ecko"/);
      for (const name of ["echo", "openai", "azure", "local"]) {
        assert.match(stderr, new RegExp(`\\b${name}\\b`));
      }
    });

    it("ends with 78 and the variable when the PEM files do not fit", async () => {
      const stderr = await refused({
        TLS_CERT_FILE: testPem("server.pem"),
        TLS_KEY_FILE: testPem("stranger.key"),
      });
      assert.match(stderr, /TLS_KEY_FILE/);
    });

    for (const name of ["GRPC_PORT", "HTTP_PORT"] as const) {
      it(`ends with 78 and names ${name} when that port is taken`, async () => {
        const other = createServer().listen(0, "127.0.0.1");
        await once(other, "listening");
        resources.use({ [Symbol.dispose]: () => other.close() });
        const address = other.address();
        assert.ok(address !== null && typeof address !== "string");
        const stderr = await refused({ [name]: String(address.port) });
        assert.match(stderr, new RegExp(`✖ ${name}: .*${address.port}`));
      });
    }

    for (const name of ["GRPC_HOST", "HTTP_HOST"] as const) {
      it(`ends with 78 and names ${name} when that is no address of this machine`, async () => {
        const stderr = await refused({ [name]: "192.0.2.1" });
        assert.match(stderr, new RegExp(`✖ ${name}: .*expected an address of this machine`));
      });
    }

    it("opens no port before everything is right", async () => {
      const port = await freePort();
      const stderr = await refused({
        GRPC_PORT: String(port),
        HTTP_PORT: String(port),
        MAX_QUEUE: "none",
      });
      assert.match(stderr, /✖ MAX_QUEUE/);
      assert.doesNotMatch(stderr, /✖ (GRPC|HTTP)_PORT/);
    });

    it("ends with 78 when the module of the model does not fit", async () => {
      const stderr = await refused({ MODEL: testModel("no-such-model") });
      assert.match(stderr, /MODEL.*no-such-model/);
    });
  });
});
