import assert from "node:assert/strict";
import { once } from "node:events";
import { mock } from "node:test";
import { PlatformOrchestrator } from "../../src/commands/doctor/orchestrators/platform-orchestrator.ts";
import { ModelService } from "../../src/generated/model.ts";
import { ArenaError } from "../../src/index.ts";
import { ScriptedModel } from "../../src/testing.ts";
import { Collected } from "../fixtures/collected.ts";
import { HeldModel } from "../fixtures/held-model.ts";
import { HoldingProxy } from "../fixtures/holding-proxy.ts";
import { chat, lastText, names, question } from "../fixtures/questions.ts";
import { framed, RawConnection } from "../fixtures/raw-connection.ts";
import { RecordingLogger } from "../fixtures/recording-logger.ts";
import { scrape } from "../fixtures/scrape.ts";
import { testResources } from "../fixtures/test-resources.ts";
import type { WireClient, WireStream } from "../fixtures/wire-client.ts";

/** A Python client's limit of one message. */
const fourMebi = 4 * 2 ** 20;

describe("sendPrediction", () => {
  const resources = testResources();
  const echo = () => new ScriptedModel(async (input) => ({ text: lastText(input) }));

  async function openStream(client: WireClient): Promise<WireStream> {
    const stream = client.answers();
    await stream.opened;
    return stream;
  }

  /** Sends requests one after the other. */
  async function predictAll(client: WireClient, messageIDs: readonly string[]): Promise<void> {
    for (const messageID of messageIDs) {
      assert.equal((await client.predict(question(messageID))).code, "OK");
    }
  }

  describe("delivering", () => {
    it("ARENA-15 streams each answer as soon as it is there", async () => {
      const model = new HeldModel();
      const { address } = await resources.server(model);
      const client = resources.connect(address);
      const stream = await openStream(client);
      await predictAll(client, ["a", "b", "c"]);
      for (const messageID of ["b", "c", "a"]) {
        (await model.call(messageID)).answer(`answer ${messageID}`);
        const answer = await stream.answer(messageID);
        assert.equal(answer.json.text, `answer ${messageID}`);
      }
      assert.deepEqual(stream.messageIDs, ["b", "c", "a"]);
    });

    it("ARENA-18 answers JSON with text and image, and nothing else", async () => {
      const { address } = await resources.server(echo());
      const client = resources.connect(address);
      const stream = client.answers();
      await client.predict(question("1", { request: chat('quotes " and \u2028 and \0') }));
      const answer = await stream.answer("1");
      assert.deepEqual(answer.json, { text: 'quotes " and \u2028 and \0', image: null });
      assert.deepEqual([answer.sessionID, answer.messageID], ["session", "1"]);
    });

    it("ARENA-18 carries an image as bare base64", async () => {
      const model = new ScriptedModel(
        [
          { answer: "bare", image: "QUJD" },
          { answer: "as a data URL", image: "data:image/png;base64,QUJD" },
          { answer: "empty", image: "" },
        ],
        { canImage: true },
      );
      const { address } = await resources.server(model);
      const client = resources.connect(address);
      const stream = client.answers();
      await predictAll(client, ["1", "2", "3"]);
      const answers = await stream.reached(3);
      assert.deepEqual(
        answers.map(({ json }) => json.image),
        ["QUJD", "QUJD", null],
      );
    });

    it("ARENA-16 works without a stream, and delivers in order when one opens", async () => {
      const model = new HeldModel();
      const { address, httpUrl } = await resources.server(model);
      const client = resources.connect(address);
      await predictAll(client, ["a", "b", "c"]);
      for (const messageID of ["c", "a", "b"]) (await model.call(messageID)).answer("done");
      assert.equal((await scrape(httpUrl)).get("arena_answers_undelivered"), 3);
      const stream = client.answers();
      await stream.reached(3);
      assert.deepEqual(stream.messageIDs, ["c", "a", "b"]);
    });

    it("ARENA-16 keeps refusals, too, until a stream opens", async () => {
      const { address } = await resources.server(echo());
      const client = resources.connect(address);
      await client.predict(question("bad", { request: "no JSON" }));
      const answer = await client.answers().answer("bad");
      assert.equal(answer.json.error?.code, "INVALID_ARGUMENT");
    });

    it("ARENA-17 gives each answer to exactly one of several streams", async () => {
      const logger = new RecordingLogger();
      const { address } = await resources.server(echo(), { logger });
      const client = resources.connect(address);
      const streams = [
        await openStream(client),
        await openStream(client),
        await openStream(resources.connect(address)),
      ];
      const all = names("m", 60);
      await predictAll(client, all);
      await logger.reached(all.length);
      const received = streams.flatMap(({ messageIDs }) => messageIDs);
      assert.deepEqual(received.toSorted(), all.toSorted());
    });

    it("ARENA-17 goes on with the streams that are left when one is cancelled", async () => {
      const { address } = await resources.server(echo());
      const client = resources.connect(address);
      const [leaves, stays] = [await openStream(client), await openStream(client)];
      leaves.cancel();
      await leaves.ended;
      const all = names("m", 20);
      await predictAll(client, all);
      for (const messageID of all) {
        if (!leaves.messageIDs.includes(messageID)) await stays.answer(messageID);
      }
    });

    it("ARENA-17 loses nothing to streams that are cancelled as soon as they are opened", async () => {
      const { address, httpUrl } = await resources.server(echo());
      const client = resources.connect(address);
      const all = names("m", 40);
      const streams = all.map((messageID) => {
        const stream = client.answers();
        void client.predict(question(messageID));
        stream.cancel();
        return stream;
      });
      await Promise.all(streams.map(({ ended }) => ended));
      const stays = await openStream(client);
      const missing = new Set(all);
      for (const { messageIDs } of streams) for (const id of messageIDs) missing.delete(id);
      for (const messageID of missing) await stays.answer(messageID);
      assert.equal((await scrape(httpUrl)).get("arena_streams_open"), 1);
    });
  });

  describe("delivering again", () => {
    it("ARENA-17 delivers again, in order, what a broken stream had not acknowledged", async () => {
      const { address, httpUrl } = await resources.server(echo());
      const proxy = resources.use(await HoldingProxy.to(address));
      const client = resources.connect(address);
      const broken = await openStream(resources.connect(proxy.address));
      proxy.toServer.hold();
      const all = names("m", 5);
      await predictAll(client, all);
      // The client has read them all, but its acknowledgement is lost on the way.
      await broken.reached(5);
      await proxy.toServer.holds(
        ({ type, isAcknowledgement }) => type === "ping" && isAcknowledgement,
      );
      assert.equal((await scrape(httpUrl)).get("arena_answers_undelivered"), 5);
      proxy.cut();
      const next = client.answers();
      await next.reached(5);
      assert.deepEqual(next.messageIDs, all);
    });

    it("ARENA-17 delivers again what was written into a network that carries nothing", async () => {
      const { address } = await resources.server(echo());
      const proxy = resources.use(await HoldingProxy.to(address));
      const client = resources.connect(address);
      const broken = await openStream(resources.connect(proxy.address));
      proxy.toClient.hold();
      const all = names("m", 5);
      await predictAll(client, all);
      await proxy.toClient.holds(({ type }) => type === "ping");
      proxy.cut();
      const next = client.answers();
      await next.reached(5);
      assert.deepEqual(next.messageIDs, all);
      assert.deepEqual(broken.items, []);
    });

    it("ARENA-17 does not take a ping for the answer of a stream that was cancelled before", async () => {
      const { address } = await resources.server(echo());
      const proxy = resources.use(await HoldingProxy.to(address));
      const client = resources.connect(address);
      const cancelled = await openStream(resources.connect(proxy.address));
      proxy.toClient.hold();
      proxy.toServer.hold();
      await predictAll(client, ["a", "b"]);
      await proxy.toClient.holds(({ type }) => type === "ping");
      cancelled.cancel();
      await proxy.toServer.holds(({ type }) => type === "reset");
      proxy.toClient.release();
      await proxy.toServer.holds(
        ({ type, isAcknowledgement }) => type === "ping" && isAcknowledgement,
      );
      // Cancellation and acknowledgement arrive together, in this order.
      proxy.toServer.release();
      assert.deepEqual(cancelled.items, []);
      const next = client.answers();
      await next.reached(2);
      assert.deepEqual(next.messageIDs, ["a", "b"]);
    });

    it("ARENA-17 puts what comes back before what is newer", async () => {
      const { address } = await resources.server(echo());
      const proxy = resources.use(await HoldingProxy.to(address));
      const client = resources.connect(address);
      await openStream(resources.connect(proxy.address));
      proxy.toClient.hold();
      await predictAll(client, ["old1", "old2"]);
      await proxy.toClient.holds(({ type }) => type === "ping");
      proxy.cut();
      const second = resources.use(await HoldingProxy.to(address));
      const broken = resources.connect(second.address).answers();
      await broken.opened;
      second.toServer.hold();
      await predictAll(client, ["new1", "new2"]);
      await broken.reached(4);
      assert.deepEqual(broken.messageIDs, ["old1", "old2", "new1", "new2"]);
      second.cut();
      const next = client.answers();
      await next.reached(4);
      assert.deepEqual(next.messageIDs, ["old1", "old2", "new1", "new2"]);
    });

    const losses = {
      "the connection breaks": (proxy: HoldingProxy) => proxy.cut(),
      "the client's process is killed": (proxy: HoldingProxy) => proxy.end(),
    };
    for (const [what, lose] of Object.entries(losses)) {
      it(`ARENA-17 delivers again what was acknowledged last when ${what}`, async () => {
        const logger = new RecordingLogger();
        const server = await resources.server(echo(), { logger });
        const proxy = resources.use(await HoldingProxy.to(server.address));
        const client = resources.connect(server.address);
        const first = await openStream(resources.connect(proxy.address));
        await predictAll(client, ["one", "two"]);
        await first.answer("two");
        await logger.reached(2);
        lose(proxy);
        await first.ended;
        const next = client.answers();
        await next.answer("two");
        assert.deepEqual(next.messageIDs, ["one", "two"]);
        assert.equal((await scrape(server.httpUrl)).get("arena_answers_repeated_total"), 2);
      });
    }

    it("ARENA-17 does not deliver again what was acknowledged when a client ends its stream", async () => {
      const logger = new RecordingLogger();
      const { address } = await resources.server(echo(), { logger });
      const client = resources.connect(address);
      const first = await openStream(resources.connect(address));
      await predictAll(client, ["acknowledged"]);
      await first.answer("acknowledged");
      await logger.find(({ msg }) => msg === "request");
      first.cancel();
      await first.ended;
      const next = client.answers();
      await predictAll(client, ["fence"]);
      await next.answer("fence");
      assert.deepEqual(next.messageIDs, ["fence"]);
    });

    it("ARENA-17 gives what comes later to others when a client fell silent in between", async () => {
      const { address } = await resources.server(echo());
      const proxy = resources.use(await HoldingProxy.to(address));
      const client = resources.connect(address);
      const silent = await openStream(resources.connect(proxy.address));
      proxy.toClient.hold();
      await predictAll(client, ["held up"]);
      await proxy.toClient.holds(({ type }) => type === "ping");
      const laterMs = performance.now() + 6000;
      const clock = mock.method(performance, "now", () => laterMs);
      resources.use({ [Symbol.dispose]: () => clock.mock.restore() });
      const other = await openStream(client);
      await predictAll(client, ["later", "last"]);
      await other.answer("last");
      assert.deepEqual(other.messageIDs, ["later", "last"]);
      assert.deepEqual(silent.items, []);
    });

    it("ARENA-11 takes a request for the same while its answer is delivered again", async () => {
      const model = echo();
      const { address } = await resources.server(model);
      const proxy = resources.use(await HoldingProxy.to(address));
      const client = resources.connect(address);
      const broken = await openStream(resources.connect(proxy.address));
      proxy.toServer.hold();
      await predictAll(client, ["twice"]);
      await broken.answer("twice");
      await predictAll(client, ["twice"]);
      proxy.cut();
      const next = client.answers();
      await next.answer("twice");
      await predictAll(client, ["fence"]);
      await next.answer("fence");
      assert.deepEqual(next.messageIDs, ["twice", "fence"]);
      assert.equal(model.calls.length, 2);
    });
  });

  describe("slow readers", () => {
    const text = "x".repeat(200_000);
    const window = 8 * 2 ** 20;
    const written =
      'grpc_server_msg_sent_total{grpc_type="server_stream",grpc_service="Model",grpc_method="sendPrediction"}';

    it("has no more under way to one than the window, and serves the others", async () => {
      const { address, httpUrl } = await resources.server(new ScriptedModel({ answer: text }));
      const proxy = resources.use(await HoldingProxy.to(address));
      const client = resources.connect(address);
      const slow = resources.connect(proxy.address).answers();
      await slow.opened;
      proxy.toClient.stall();
      const all = names("m", 60);
      await predictAll(client, all);
      const figures = await scrape(httpUrl);
      assert.equal(figures.get("arena_requests_in_flight"), 0);
      assert.equal(figures.get("arena_answers_undelivered"), 60);
      const underWay = Math.ceil(window / text.length);
      assert.ok((figures.get(written) ?? 0) <= underWay);
      const other = client.answers();
      await other.reached(60 - underWay);
      proxy.cut();
      await other.reached(60);
      assert.deepEqual(other.messageIDs.toSorted(), all.toSorted());
    });

    it("has no more than 1000 small answers under way to one", async () => {
      const { address, httpUrl } = await resources.server(new ScriptedModel({ answer: "yes" }));
      const proxy = resources.use(await HoldingProxy.to(address));
      const client = resources.connect(address);
      const slow = resources.connect(proxy.address).answers();
      await slow.opened;
      proxy.toClient.hold();
      await Promise.all(names("m", 1200).map((messageID) => client.predict(question(messageID))));
      const figures = await scrape(httpUrl);
      assert.equal(figures.get("arena_requests_in_flight"), 0);
      assert.equal(figures.get(written), 1000);
      const other = client.answers();
      await other.reached(200);
      proxy.cut();
      await other.reached(1200);
      assert.equal(new Set(other.messageIDs).size, 1200);
    });

    it("ARENA-17 takes nothing for delivered that the client's window has no room for", async () => {
      const logger = new RecordingLogger();
      // HTTP/2's window is 65,535 bytes: one answer and a part of the next.
      const model = new ScriptedModel({ answer: "x".repeat(50_000) });
      const { address } = await resources.server(model, { logger });
      const client = resources.connect(address);
      const connection = resources.use(await RawConnection.to(address));
      const unread = connection.call(ModelService.sendPrediction.path);
      unread.end(framed(Buffer.alloc(0)));
      await once(unread, "response");
      await predictAll(client, names("m", 5));
      await logger.find(({ msg }) => msg === "request");
      for (let trip = 0; trip < 3; trip++) await connection.ping();
      await connection.break();
      const next = client.answers();
      await next.reached(4);
      assert.deepEqual(next.messageIDs, ["m1", "m2", "m3", "m4"]);
    });

    it("delivers everything to a reader that wakes up", async () => {
      const { address } = await resources.server(new ScriptedModel({ answer: text }));
      const client = resources.connect(address);
      const slow = client.answers({ reads: false });
      await slow.opened;
      const all = names("m", 60);
      await predictAll(client, all);
      slow.read();
      await slow.reached(60);
      assert.deepEqual(slow.messageIDs, all);
    });
  });

  describe("limits of clients", () => {
    /** The largest text whose answer is delivered, with these ids. */
    const fits = (limit: number) => limit - 100;

    async function askFor(text: string, settings = {}) {
      const { address } = await resources.server(new ScriptedModel({ answer: text }), { settings });
      const python = resources.connect(address, { "grpc.max_receive_message_length": fourMebi });
      const stream = python.answers();
      await python.predict(question("1"));
      const answer = await stream.answer("1");
      // The stream lives on.
      await python.predict(question("2", { request: "no JSON" }));
      await stream.answer("2");
      return answer;
    }

    it("ARENA-19 delivers an answer of nearly MAX_ANSWER_BYTES", async () => {
      const answer = await askFor("x".repeat(fits(4_000_000)));
      assert.equal(answer.json.error, undefined);
      assert.ok(answer.bytes <= 4_000_000);
    });

    for (const [name, text] of Object.entries({
      "that is too large": "x".repeat(4_100_000),
      "of 20 MB": "x".repeat(20_000_000),
      "whose characters take several bytes": "漢".repeat(1_500_000),
      "whose JSON is longer than its text": "\0".repeat(800_000),
    })) {
      it(`ARENA-19 replaces an answer ${name} by an error that says so`, async () => {
        const answer = await askFor(text);
        assert.equal(answer.json.error?.code, "RESOURCE_EXHAUSTED");
        assert.match(answer.json.error.message, /4000000/);
        assert.ok(answer.bytes < fourMebi);
      });
    }

    it("ARENA-19 replaces an image that is too large", async () => {
      const model = new ScriptedModel({ answer: "look", image: "A".repeat(5_000_000) });
      const { address } = await resources.server(model);
      const client = resources.connect(address);
      await client.predict(question("1"));
      const answer = await client.answers().answer("1");
      assert.equal(answer.json.error?.code, "RESOURCE_EXHAUSTED");
      assert.equal(answer.json.image, null);
    });

    it("ARENA-19 shortens an error answer that is too large, too", async () => {
      const thrown = new ArenaError("UNAVAILABLE", "m".repeat(5_000_000), {
        participantText: "p".repeat(5_000_000),
      });
      const { address } = await resources.server(new ScriptedModel({ throws: thrown }));
      const python = resources.connect(address, { "grpc.max_receive_message_length": fourMebi });
      const stream = python.answers();
      await python.predict(question("1"));
      const answer = await stream.answer("1");
      assert.ok(answer.json.error);
      assert.ok(answer.bytes < fourMebi);
    });

    it("ARENA-19 never sends more than MAX_ANSWER_BYTES, whatever the ids and the error", async () => {
      const limit = 65_536;
      const settings = { MAX_ANSWER_BYTES: String(limit), REQUEST_TIMEOUT_MS: "50" };
      const model = new ScriptedModel([
        { throws: new Error("no") },
        { hangs: true },
        { answer: "x".repeat(70_000) },
        async () => JSON.parse('{"image":{},"text":[]}'),
      ]);
      const { address } = await resources.server(model, { settings });
      const client = resources.connect(address);
      const stream = client.answers();
      const ids = names("i".repeat(limit / 4), 4);
      for (const messageID of ids) {
        await client.predict(question(messageID, { sessionID: "s".repeat(200) }));
        const answer = await stream.answer(messageID);
        assert.ok(answer.json.error);
        assert.ok(answer.bytes <= limit, `${answer.bytes} bytes: ${answer.json.error.code}`);
      }
    });

    it("ARENA-19 keeps the stream when ids are too long to be answered", async () => {
      const { address } = await resources.server(echo());
      const python = resources.connect(address, { "grpc.max_receive_message_length": fourMebi });
      const stream = python.answers();
      for (const sessionID of ["s".repeat(3_000_000), "漢".repeat(1_500_000)]) {
        const { code } = await python.predict(question("long", { sessionID }));
        assert.equal(code, "OK");
      }
      await python.predict(question("fence"));
      await stream.answer("fence");
      assert.deepEqual(stream.messageIDs, ["fence"]);
    });
  });

  describe("the end", () => {
    it("ARENA-20 ends the streams with UNAVAILABLE when a server stops that nobody replaces", async () => {
      const server = await resources.server(echo());
      const streams = [
        await openStream(resources.connect(server.address)),
        await openStream(resources.connect(server.address)),
      ];
      await server.stop();
      for (const stream of streams) {
        const { code, details } = await stream.ended;
        assert.equal(code, "UNAVAILABLE");
        assert.match(details, /Open this stream again/);
      }
    });

    it("ARENA-20 delivers the last answers before the end", async () => {
      const model = new HeldModel();
      const server = await resources.server(model, { settings: { DRAIN_TIMEOUT_MS: "5000" } });
      const client = resources.connect(server.address);
      const stream = await openStream(resources.connect(server.address));
      await predictAll(client, ["running"]);
      const running = await model.call("running");
      const stopped = server.stop();
      running.answer("just in time");
      assert.equal((await stream.ended).code, "UNAVAILABLE");
      assert.deepEqual(
        stream.items.map(({ json }) => json.text),
        ["just in time"],
      );
      await stopped;
    });

    it("ARENA-20 lets the platform's orchestrator live", async () => {
      const server = await resources.server(echo());
      const answers = new Collected<string>();
      const orchestrator = new PlatformOrchestrator({
        address: server.address,
        onAnswer: ({ messageID }) => answers.add(messageID),
      });
      resources.use({ [Symbol.dispose]: () => orchestrator.stop() });
      await orchestrator.start();
      await orchestrator.predict(question("1"));
      await answers.reached(1);
      orchestrator.stop();
      assert.deepEqual(orchestrator.deaths, []);
    });

    it("has no stream open in its figures when all have left", async () => {
      const logger = new RecordingLogger();
      const { address, httpUrl } = await resources.server(echo(), { logger });
      const client = resources.connect(address);
      const streams = [await openStream(client), await openStream(client)];
      assert.equal((await scrape(httpUrl)).get("arena_streams_open"), 2);
      for (const stream of streams) stream.cancel();
      await Promise.all(streams.map(({ ended }) => ended));
      // A call later on the same connection comes after the cancellations.
      await client.predict(question("x", { modelID: "other" }));
      assert.equal((await scrape(httpUrl)).get("arena_streams_open"), 0);
    });
  });
});
