import assert from "node:assert/strict";
import { PlatformOrchestrator } from "../../src/commands/doctor/orchestrators/platform-orchestrator.ts";
import { ScriptedModel } from "../../src/testing.ts";
import { RecordingLogger } from "../fixtures/recording-logger.ts";
import { startingServer } from "../fixtures/starting-server.ts";
import { testResources } from "../fixtures/test-resources.ts";

describe("registerModel", () => {
  const resources = testResources();
  const echo = () => new ScriptedModel({ answer: "yes" });

  it("ARENA-5 answers the model's definition", async () => {
    const model = new ScriptedModel({ answer: "yes" }, { needsImage: true, canImage: true });
    const { address } = await resources.server(model);
    const { code, response } = await resources.connect(address).registerModel();
    assert.equal(code, "OK");
    assert.deepEqual(response, {
      needs_text: true,
      needs_image: true,
      can_text: true,
      can_image: true,
      modelID: "scripted",
    });
  });

  it("ARENA-5 announces MODEL_ID in place of the model's own name", async () => {
    const { client } = await resources.server(echo(), { settings: { MODEL_ID: "renamed" } });
    assert.equal((await client.registerModel()).modelID, "renamed");
    assert.equal((await client.ask("are you there?")).text, "yes");
  });

  it("ARENA-6 answers OUT_OF_RANGE to every later call on the same connection", async () => {
    const { address } = await resources.server(echo());
    const client = resources.connect(address);
    await client.registerModel();
    for (let call = 0; call < 3; call++) {
      assert.equal((await client.registerModel()).code, "OUT_OF_RANGE");
    }
  });

  it("ARENA-6 answers OK once among calls at the same time on one connection", async () => {
    const { address } = await resources.server(echo());
    const client = resources.connect(address);
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => client.registerModel()));
    assert.equal(outcomes.filter(({ code }) => code === "OK").length, 1);
    assert.equal(outcomes.filter(({ code }) => code === "OUT_OF_RANGE").length, 19);
  });

  it("ARENA-6 answers OK again on each new connection, while others stay open", async () => {
    const { address } = await resources.server(echo());
    for (let connection = 0; connection < 3; connection++) {
      const client = resources.connect(address);
      assert.equal((await client.registerModel()).code, "OK");
      assert.equal((await client.registerModel()).code, "OUT_OF_RANGE");
    }
  });

  it("ARENA-6 ends the loop of the platform's orchestrator, and that of its successor", async () => {
    const { address } = await resources.server(echo());
    for (let run = 0; run < 2; run++) {
      const orchestrator = new PlatformOrchestrator({ address, onAnswer: () => {} });
      assert.equal((await orchestrator.start())?.modelID, "scripted");
      assert.deepEqual(orchestrator.deaths, []);
      orchestrator.stop();
    }
  });

  it("ARENA-5 answers while the model still loads", async () => {
    const server = await startingServer(resources, new RecordingLogger());
    const client = resources.connect(server.address);
    assert.equal((await client.registerModel()).response?.modelID, "scripted");
  });
});
