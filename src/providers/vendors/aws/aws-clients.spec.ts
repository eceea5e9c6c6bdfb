import assert from "node:assert/strict";
import {
  bedrockAnswer,
  bedrockAt,
  bedrockModels,
  eventStream,
  sageMakerAnswer,
  sageMakerAt,
} from "../../../../test/fixtures/aws-questions.ts";
import { type HttpAnswer, useHttpStandIn } from "../../../../test/fixtures/http-stand-in.ts";
import { failureOf, verdictOf } from "../../../../test/fixtures/provider-questions.ts";
import type { Provider } from "../../provider.ts";

describe("calls of AWS", () => {
  const vendor = useHttpStandIn();

  const asked: [string, (origin: string) => Provider, string, HttpAnswer][] = [
    ["Bedrock", bedrockAt, bedrockModels.streaming, bedrockAnswer("Hi")],
    ["SageMaker", sageMakerAt, "openai", sageMakerAnswer("Hi")],
    ["SageMaker's whole answers", sageMakerAt, "tgi", { body: { generated_text: "Hi" } }],
  ];
  for (const [what, create, model, whole] of asked) {
    it(`take a connection that breaks before the answer for one, with ${what}`, async () => {
      vendor().reply({ ending: "drop" });
      const error = await failureOf(create(vendor().origin), model);
      assert.deepEqual(verdictOf(error), ["UNAVAILABLE", "connection", true]);
    });

    it(`take an answer for broken that ends after its status, with ${what}`, async () => {
      vendor().reply({ ...whole, body: Buffer.alloc(0), ending: "drop" });
      const error = await failureOf(create(vendor().origin), model);
      assert.deepEqual(verdictOf(error), ["UNAVAILABLE", "broken-stream", true]);
    });

    it(`are left alone for as long as is asked, with ${what}`, async () => {
      const provider = create(vendor().origin);
      for (const status of [429, 503]) {
        vendor().reply({ status, headers: { "retry-after": "7" }, body: { message: "later" } });
        assert.equal((await failureOf(provider, model)).retryAfterMs, 7000, `${status}`);
      }
    });
  }

  it("take an answer for broken that ends within a frame", async () => {
    const { body } = bedrockAnswer("Hi");
    assert.ok(Buffer.isBuffer(body));
    vendor().reply(eventStream(body.subarray(0, -9)));
    const error = await failureOf(bedrockAt(vendor().origin), bedrockModels.streaming);
    assert.deepEqual(verdictOf(error), ["UNAVAILABLE", "broken-stream", true]);
  });

  it("do not take a web page for an answer that broke", async () => {
    const headers = { "content-type": "text/html" };
    vendor().reply({ headers, body: "<html>canary</html>" });
    const error = await failureOf(bedrockAt(vendor().origin), bedrockModels.streaming);
    assert.deepEqual(verdictOf(error), ["INTERNAL", "malformed", false]);
  });
});
