import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { ModelService } from "../src/generated/model.ts";
import { ScriptedModel } from "../src/testing.ts";
import { HeldModel } from "./fixtures/held-model.ts";
import { HoldingProxy } from "./fixtures/holding-proxy.ts";
import { JsonLinesProcess } from "./fixtures/json-lines-process.ts";
import { chat, lastText, question } from "./fixtures/questions.ts";
import { framed, RawConnection, statusOf } from "./fixtures/raw-connection.ts";
import { ServerProcess } from "./fixtures/server-process.ts";
import { TestResources, testResources } from "./fixtures/test-resources.ts";
import type { WireClient, WireStream } from "./fixtures/wire-client.ts";

const clientProgram = fileURLToPath(new URL("fixtures/programs/client.ts", import.meta.url));

/** What a client's process reports. */
interface Report {
  readonly code?: string;
  readonly answered?: string;
}

/** What keeps this process alive, but for what the waiting itself needs. */
function handles(): readonly string[] {
  return process
    .getActiveResourcesInfo()
    .filter((kind) => kind !== "Immediate" && kind !== "PipeWrap")
    .toSorted();
}

/** Runs one cell and closes what it opened: then everything is as before. */
async function withoutLeaks(cell: (resources: TestResources) => Promise<void>): Promise<void> {
  // Mocha sets its own timer when the test has returned a promise.
  await nextTurn();
  const before = handles();
  const resources = new TestResources();
  try {
    await cell(resources);
  } finally {
    await resources.close();
  }
  // Sockets are gone some turns after they were closed.
  for (let turn = 0; turn < 1000 && !isDeepStrictEqual(handles(), before); turn++) await nextTurn();
  assert.deepEqual(handles(), before);
}

/** Sends a request behind everything else, and waits for its answer: nothing else may come. */
async function onlyFence(
  client: WireClient,
  stream: WireStream,
  expected: readonly string[],
): Promise<void> {
  await client.predict(question("fence"));
  await stream.answer("fence");
  assert.deepEqual(stream.messageIDs, [...expected, "fence"]);
}

describe("cleaning up", () => {
  const resources = testResources();
  const echo = () => new ScriptedModel(async (input) => ({ text: lastText(input) }));
  /** Answers at once, but for the request `held`. */
  class PartlyHeldModel extends HeldModel {
    override getResponse: HeldModel["getResponse"] = (input, context) =>
      context.messageID === "held"
        ? super.getResponse(input, context)
        : Promise.resolve({ text: "at once" });
  }

  const startClient = (opened: TestResources, ...given: readonly string[]) =>
    opened.use(new JsonLinesProcess<Report>(clientProgram, { arguments: given }));

  describe("after a client cancels", () => {
    it("predict: what was accepted is answered once", () =>
      withoutLeaks(async (opened) => {
        const model = new PartlyHeldModel();
        const { address } = await opened.server(model);
        const proxy = opened.use(await HoldingProxy.to(address));
        const client = opened.connect(address);
        const cancels = opened.connect(proxy.address);
        await cancels.registerModel();
        proxy.toClient.hold();
        const controller = new AbortController();
        const predicted = cancels.predict(question("held"), { signal: controller.signal });
        const held = await model.call("held");
        controller.abort();
        assert.equal((await predicted).code, "CANCELLED");
        held.answer("still answered");
        const stream = client.answers();
        assert.equal((await stream.answer("held")).json.text, "still answered");
        await onlyFence(client, stream, ["held"]);
      }));

    it("predict: half a request leaves nothing behind", () =>
      withoutLeaks(async (opened) => {
        const model = echo();
        const { address } = await opened.server(model);
        const connection = opened.use(await RawConnection.to(address));
        const call = connection.call(ModelService.predict.path);
        const bytes = framed(ModelService.predict.requestSerialize(question("half")));
        call.write(bytes.subarray(0, bytes.length / 2));
        await connection.ping();
        call.close();
        await statusOf(call);
        const client = opened.connect(address);
        await onlyFence(client, client.answers(), []);
        assert.equal(model.calls.length, 1);
      }));

    it("sendPrediction: what was not acknowledged goes to the next stream, once", () =>
      withoutLeaks(async (opened) => {
        const { address } = await opened.server(echo());
        const proxy = opened.use(await HoldingProxy.to(address));
        const client = opened.connect(address);
        const cancels = opened.connect(proxy.address).answers();
        await cancels.opened;
        proxy.toClient.hold();
        await client.predict(question("1"));
        await proxy.toClient.holds(({ type }) => type === "ping");
        cancels.cancel();
        await cancels.ended;
        const stream = client.answers();
        await stream.answer("1");
        await onlyFence(client, stream, ["1"]);
      }));
  });

  describe("after a deadline", () => {
    it("predict: what was accepted is answered once, and not run twice if it comes again", () =>
      withoutLeaks(async (opened) => {
        const model = new PartlyHeldModel();
        const { address } = await opened.server(model);
        const proxy = opened.use(await HoldingProxy.to(address));
        const client = opened.connect(address);
        const impatient = opened.connect(proxy.address);
        await impatient.registerModel();
        proxy.toClient.hold();
        const { code } = await impatient.predict(question("held"), { deadline: Date.now() + 50 });
        assert.equal(code, "DEADLINE_EXCEEDED");
        assert.equal((await client.predict(question("held"))).code, "OK");
        (await model.call("held")).answer("yes");
        const stream = client.answers();
        await stream.answer("held");
        await onlyFence(client, stream, ["held"]);
        assert.deepEqual(model.messageIDs, ["held"]);
      }));

    it("predict: the request's own ends in an answer, and the model's late one is dropped", () =>
      withoutLeaks(async (opened) => {
        const model = new PartlyHeldModel();
        const { address } = await opened.server(model, { settings: { REQUEST_TIMEOUT_MS: "40" } });
        const client = opened.connect(address);
        const stream = client.answers();
        await client.predict(question("held"));
        const answer = await stream.answer("held");
        assert.equal(answer.json.error?.code, "DEADLINE_EXCEEDED");
        (await model.call("held")).answer("too late");
        await onlyFence(client, stream, ["held"]);
      }));

    it("sendPrediction: the answers after it go to the next stream", () =>
      withoutLeaks(async (opened) => {
        const model = new PartlyHeldModel();
        const { address } = await opened.server(model);
        const client = opened.connect(address);
        const short = client.answers({ deadline: Date.now() + 60 });
        await client.predict(question("held"));
        assert.equal((await short.ended).code, "DEADLINE_EXCEEDED");
        (await model.call("held")).answer("later");
        const stream = client.answers();
        await stream.answer("held");
        await onlyFence(client, stream, ["held"]);
        assert.deepEqual(short.items, []);
      }));
  });

  describe("after an error", () => {
    it("predict: a model that throws leaves an answer and nothing else", () =>
      withoutLeaks(async (opened) => {
        const model = new ScriptedModel([{ throws: new Error("boom") }, { answer: "fine" }]);
        const { address } = await opened.server(model);
        const client = opened.connect(address);
        const stream = client.answers();
        await client.predict(question("throws"));
        assert.equal((await stream.answer("throws")).json.error?.code, "INTERNAL");
        await onlyFence(client, stream, ["throws"]);
      }));

    it("predict: a connection that breaks before the reply loses nothing", () =>
      withoutLeaks(async (opened) => {
        const model = new PartlyHeldModel();
        const { address } = await opened.server(model);
        const proxy = opened.use(await HoldingProxy.to(address));
        const client = opened.connect(address);
        const breaks = opened.connect(proxy.address);
        await breaks.registerModel();
        proxy.toClient.hold();
        const predicted = breaks.predict(question("held"));
        const held = await model.call("held");
        proxy.cut();
        assert.equal((await predicted).code, "UNAVAILABLE");
        held.answer("yes");
        const stream = client.answers();
        await stream.answer("held");
        await onlyFence(client, stream, ["held"]);
      }));

    it("sendPrediction: what a broken connection had not acknowledged is delivered again", () =>
      withoutLeaks(async (opened) => {
        const { address } = await opened.server(echo());
        const proxy = opened.use(await HoldingProxy.to(address));
        const client = opened.connect(address);
        const breaks = opened.connect(proxy.address).answers();
        await breaks.opened;
        proxy.toServer.hold();
        await client.predict(question("1"));
        await breaks.answer("1");
        proxy.cut();
        assert.equal((await breaks.ended).code, "UNAVAILABLE");
        const stream = client.answers();
        await stream.answer("1");
        await onlyFence(client, stream, ["1"]);
      }));
  });

  describe("after a client is killed", () => {
    it("predict: what was accepted is answered once, to somebody else", () =>
      withoutLeaks(async (opened) => {
        const model = new PartlyHeldModel();
        const { address } = await opened.server(model);
        const killed = startClient(opened, address, "asks", "held");
        assert.equal((await killed.reached(1))[0]?.code, "OK");
        const held = await model.call("held");
        killed.kill("SIGKILL");
        await killed.exited;
        held.answer("yes");
        const client = opened.connect(address);
        const stream = client.answers();
        await stream.answer("held");
        await onlyFence(client, stream, ["held"]);
      }));

    it("ARENA-17 sendPrediction: what it may not have read goes to the next stream", () =>
      withoutLeaks(async (opened) => {
        const { address } = await opened.server(echo());
        const client = opened.connect(address);
        const killed = startClient(opened, address, "reads");
        await killed.reached(1);
        await client.predict(question("read"));
        await killed.find(({ answered }) => answered === "read");
        // It does not run any more, but its machine still takes bytes for it.
        killed.kill("SIGSTOP");
        await client.predict(question("unread1"));
        await client.predict(question("unread2"));
        killed.kill("SIGKILL");
        await killed.exited;
        const stream = client.answers();
        // Nobody knows what it had read when it died: what it acknowledged comes, too.
        for (const messageID of ["read", "unread1", "unread2"]) await stream.answer(messageID);
        await onlyFence(client, stream, [...stream.messageIDs]);
        assert.equal(stream.messageIDs.length, 4);
      }));
  });

  describe("after the server is killed", () => {
    async function killable(environment: Readonly<Record<string, string>> = {}) {
      const server = resources.use(new ServerProcess(environment));
      const { address } = await server.serving();
      return { server, client: resources.connect(address), address };
    }

    it("predict: the client gets a clean error, and a new server takes the request", async () => {
      const { server, client } = await killable();
      await client.registerModel();
      server.kill("SIGSTOP");
      const predicted = client.predict(question("1"));
      server.kill("SIGKILL");
      assert.equal((await predicted).code, "UNAVAILABLE");
      assert.deepEqual(await server.exited, { code: null, signal: "SIGKILL" });
      const next = await killable();
      const stream = next.client.answers();
      await next.client.predict(question("1", { request: chat("say anew") }));
      assert.equal((await stream.answer("1")).json.text, "anew");
      await next.client.predict(question("fence"));
      await stream.answer("fence");
      assert.deepEqual(stream.messageIDs, ["1", "fence"]);
    });

    it("sendPrediction: the stream ends with a clean error, and a new server answers", async () => {
      const { server, client } = await killable();
      const stream = client.answers();
      await client.predict(question("answered", { request: chat("say yes") }));
      await stream.answer("answered");
      await client.predict(question("running", { request: chat("hold") }));
      await server.commanded("running");
      server.kill("SIGKILL");
      assert.equal((await stream.ended).code, "UNAVAILABLE");
      // Requests in memory are gone by design; whoever sends them again is answered.
      const next = await killable();
      const again = next.client.answers();
      await next.client.predict(question("running", { request: chat("say this time") }));
      assert.equal((await again.answer("running")).json.text, "this time");
      assert.deepEqual(again.messageIDs, ["running"]);
    });
  });

  it("a server's stop leaves no handle, whatever clients hold open", () =>
    withoutLeaks(async (opened) => {
      const server = await opened.server(echo());
      const clients = [opened.connect(server.address), opened.connect(server.address)];
      const health = clients[0]?.stream("/grpc.health.v1.Health/Watch", Buffer.alloc(0), String);
      await health?.reached(1);
      for (const client of clients) await client.answers().opened;
      await server.stop();
      await health?.ended;
    }));
});
