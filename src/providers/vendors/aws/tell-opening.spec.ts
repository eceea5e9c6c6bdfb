import assert from "node:assert/strict";
import {
  bedrockAnswer,
  bedrockAt,
  bedrockModels,
  sageMakerAnswer,
  sageMakerAt,
} from "../../../../test/fixtures/aws-questions.ts";
import { type HttpAnswer, HttpStandIn } from "../../../../test/fixtures/http-stand-in.ts";
import { asking } from "../../../../test/fixtures/provider-questions.ts";
import type { Provider } from "../../provider.ts";
import { tellOpening } from "./tell-opening.ts";

const tools = [{ name: "f", parameters: { type: "object", properties: {} } }];

describe("the opening of an answer from AWS", () => {
  let vendor: HttpStandIn;
  let bedrock: Provider;
  let sageMaker: Provider;
  before(async () => {
    vendor = await HttpStandIn.start();
    bedrock = bedrockAt(vendor.origin);
    sageMaker = sageMakerAt(vendor.origin);
  });
  after(() => vendor.close());
  beforeEach(() => vendor.reset());

  const cases: [string, () => Provider, string, HttpAnswer][] = [
    ["Bedrock", () => bedrock, bedrockModels.streaming, bedrockAnswer("Hi")],
    ["a refusal", () => bedrock, bedrockModels.streaming, { status: 500, body: {} }],
    ["SageMaker", () => sageMaker, "openai", sageMakerAnswer("Hi")],
    ["SageMaker's whole answers", () => sageMaker, "tgi", { body: { generated_text: "Hi" } }],
  ];
  for (const [what, provider, model, reply] of cases) {
    it(`is told once and before all else, of ${what}`, async () => {
      vendor.reply(reply);
      const seen: string[] = [];
      const { signal } = new AbortController();
      const onOpen = () => seen.push("open");
      assert.equal(provider().tellsOpening, true);
      try {
        const events = provider().stream(model, asking(), { signal, onOpen });
        for await (const { type } of events) seen.push(type);
      } catch {
        seen.push("failure");
      }
      assert.deepEqual(seen, ["open", ...(reply.status ? ["failure"] : ["text", "finish"])]);
    });
  }

  it("is told with the status, though nothing of the answer comes", async () => {
    for (const [provider, model] of [
      [bedrock, bedrockModels.streaming],
      [sageMaker, "openai"],
      [sageMaker, "tgi"],
    ] as const) {
      vendor.reply({ body: Buffer.alloc(0), ending: "hang" });
      const left = new AbortController();
      const opened = new Promise<void>((resolve) => {
        const context = { signal: left.signal, onOpen: resolve };
        const nothing = Array.fromAsync(provider.stream(model, asking(), context));
        nothing.catch(() => {});
      });
      await opened;
      left.abort();
    }
  });

  it("is not told of a connection that breaks before it", async () => {
    vendor.reply({ ending: "drop" });
    const { signal } = new AbortController();
    const onOpen = () => assert.fail("it is open");
    const events = bedrock.stream(bedrockModels.streaming, asking(), { signal, onOpen });
    await assert.rejects(Array.fromAsync(events), /the connection to .* broke/);
  });

  it("leaves a client as it is when nobody waits for it", () => {
    const client = { config: { requestHandler: { handle: async () => ({}) } } };
    assert.equal(tellOpening(client, undefined), client);
  });

  it("goes over the connections of all calls", async () => {
    const requestHandler = {
      agent: { sockets: 1 },
      handle() {
        return Promise.resolve(this.agent);
      },
    };
    let opened = 0;
    const telling = tellOpening({ config: { requestHandler } }, () => opened++);
    assert.equal(await telling.config.requestHandler.handle(), requestHandler.agent);
    assert.equal(opened, 1);
  });

  it("says little of answers that come whole by nature", () => {
    const whole = ([provider, model, request]: readonly [Provider, string, object]) =>
      !provider.comesInParts?.(model, asking(request));
    assert.deepEqual(
      (
        [
          [bedrock, bedrockModels.streaming, { tools }],
          [bedrock, bedrockModels.whole, {}],
          [sageMaker, "openai", {}],
        ] as const
      ).filter(whole),
      [],
    );
    assert.ok(
      (
        [
          [bedrock, bedrockModels.whole, { tools }],
          [sageMaker, "tgi", {}],
          [sageMaker, "jumpstart", {}],
        ] as const
      ).every(whole),
    );
  });
});
