import assert from "node:assert/strict";
import { once } from "node:events";
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { ScriptedModel } from "../../src/testing.ts";
import { HeldModel } from "../fixtures/held-model.ts";
import { ProtobufFields } from "../fixtures/protobuf-fields.ts";
import { names as numbered, question } from "../fixtures/questions.ts";
import { framed, RawConnection } from "../fixtures/raw-connection.ts";
import { RecordingLogger } from "../fixtures/recording-logger.ts";
import { startingServer } from "../fixtures/starting-server.ts";
import { testResources } from "../fixtures/test-resources.ts";
import { usedMemory } from "../fixtures/used-memory.ts";
import type { WireClient } from "../fixtures/wire-client.ts";

/** A message with one text field. */
function textField(number: number, text: string): Buffer {
  return Buffer.from(
    new BinaryWriter()
      .uint32((number << 3) | 2)
      .string(text)
      .finish(),
  );
}

describe("grpc.health.v1", () => {
  const resources = testResources();
  const names = ["", "Model", "scripted"];

  function toStatus(bytes: Buffer): string {
    const status = new ProtobufFields(bytes).number(1);
    return ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"][status] ?? String(status);
  }

  async function check(client: WireClient, service: string): Promise<string> {
    const outcome = await client.unary(
      "/grpc.health.v1.Health/Check",
      textField(1, service),
      toStatus,
    );
    return outcome.response ?? outcome.code;
  }

  function watch(client: WireClient, service: string) {
    return client.stream("/grpc.health.v1.Health/Watch", textField(1, service), toStatus);
  }

  it("says SERVING for the server, the service Model and the modelID", async () => {
    const { address } = await resources.server(new ScriptedModel({ answer: "yes" }));
    const client = resources.connect(address);
    for (const name of names) assert.equal(await check(client, name), "SERVING", name);
    assert.equal(await check(client, "other"), "NOT_FOUND");
  });

  it("says it for MODEL_ID, not for the model's own name", async () => {
    const settings = { MODEL_ID: "renamed" };
    const { address } = await resources.server(new ScriptedModel({ answer: "yes" }), { settings });
    const client = resources.connect(address);
    assert.equal(await check(client, "renamed"), "SERVING");
    assert.equal(await check(client, "scripted"), "NOT_FOUND");
  });

  it("says SERVING of the model only after its start, of the server before", async () => {
    const server = await startingServer(resources, new RecordingLogger());
    const client = resources.connect(server.address);
    assert.equal(await check(client, ""), "SERVING");
    for (const name of ["Model", "scripted"]) {
      assert.equal(await check(client, name), "NOT_SERVING", name);
    }
    await server.load();
    for (const name of names) assert.equal(await check(client, name), "SERVING", name);
  });

  it("says NOT_SERVING while the server drains, also to those who watch", async () => {
    const model = new HeldModel();
    const server = await resources.server(model, { settings: { DRAIN_TIMEOUT_MS: "5000" } });
    const client = resources.connect(server.address);
    const stream = client.answers();
    const watched = watch(client, "");
    await watched.reached(1);
    await client.predict(question("running"));
    const running = await model.call("running");
    const stopped = server.stop();
    assert.deepEqual(await watched.reached(2), ["SERVING", "NOT_SERVING"]);
    for (const name of names) assert.equal(await check(client, name), "NOT_SERVING", name);
    running.answer("done");
    assert.equal((await stream.ended).code, "UNAVAILABLE");
    watched.cancel();
    await stopped;
  });

  it("remembers no names that clients watch", async () => {
    const { address } = await resources.server(new ScriptedModel({ answer: "yes" }));
    const long = "n".repeat(16_000);
    const watchMany = async (round: string) => {
      const connection = await RawConnection.to(address);
      const heard = numbered(`${round}.`, 150).map(async (prefix) => {
        const call = connection.call("/grpc.health.v1.Health/Watch");
        call.end(framed(textField(1, prefix + long)));
        await once(call, "data");
      });
      await Promise.all(heard);
      await connection.break();
    };
    await watchMany("first");
    const before = usedMemory().heapUsed;
    for (const round of ["second", "third", "fourth"]) await watchMany(round);
    const grown = usedMemory().heapUsed - before;
    assert.ok(grown < 2 ** 21, `${grown} bytes of 7,200,000 stay`);
  });

  it("stops although somebody watches, and every stream of answers ends", async () => {
    const server = await resources.server(new ScriptedModel({ answer: "yes" }));
    const client = resources.connect(server.address);
    const watched = watch(client, "");
    await watched.reached(1);
    const stream = client.answers();
    await stream.opened;
    await server.stop();
    assert.equal((await stream.ended).code, "UNAVAILABLE");
    await watched.ended;
  });
});

describe("reflection", () => {
  const resources = testResources();
  const versions = ["v1", "v1alpha"];

  async function ask(client: WireClient, version: string, request: Buffer) {
    const { response, code } = await client.converse(
      `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
      request,
      (bytes) => new ProtobufFields(bytes),
    );
    return { response, code };
  }

  for (const version of versions) {
    it(`${version} lists the arena's service and health`, async () => {
      const { address } = await resources.server(new ScriptedModel({ answer: "yes" }));
      const { response } = await ask(resources.connect(address), version, textField(7, ""));
      const services = response?.messages(6)[0]?.messages(1) ?? [];
      const listed = services.map((service) => service.text(1));
      assert.ok(listed.includes("Model"), String(listed));
      assert.ok(listed.includes("grpc.health.v1.Health"), String(listed));
    });

    for (const symbol of ["Model", "Model.predict", "modelRequest", "Empty"]) {
      it(`ARENA-1 ${version} describes ${symbol} without a package`, async () => {
        const { address } = await resources.server(new ScriptedModel({ answer: "yes" }));
        const { response } = await ask(resources.connect(address), version, textField(4, symbol));
        const [bytes] = response?.messages(4)[0]?.bytes(1) ?? [];
        assert.ok(bytes, "no file was found");
        const file = new ProtobufFields(bytes);
        assert.equal(file.text(2), "");
        const [service] = file.messages(6);
        assert.equal(service?.text(1), "Model");
        assert.deepEqual(
          service.messages(2).map((method) => method.text(1)),
          ["predict", "sendPrediction", "publishMetrics", "registerModel"],
        );
        const request = file.messages(4).find((message) => message.text(1) === "modelRequest");
        assert.deepEqual(
          request?.messages(2).map((field) => [field.number(3), field.text(1)]),
          [
            [1, "request"],
            [2, "modelID"],
            [3, "sessionID"],
            [4, "messageID"],
          ],
        );
      });
    }

    it(`${version} is off with GRPC_REFLECTION=false`, async () => {
      const settings = { GRPC_REFLECTION: "false" };
      const { address } = await resources.server(new ScriptedModel({ answer: "yes" }), {
        settings,
      });
      const { code } = await ask(resources.connect(address), version, textField(7, ""));
      assert.equal(code, "UNIMPLEMENTED");
    });
  }
});
