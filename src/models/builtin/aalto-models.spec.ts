import assert from "node:assert/strict";
import { chatCompletion } from "../../../test/fixtures/openai-stand-in.ts";
import { createRequestContext } from "../../../test/fixtures/request-context.ts";
import { Settings } from "../../config/settings.ts";
import { createModel } from "../registry.ts";

describe("the names of Aalto's gateway", () => {
  const realFetch = globalThis.fetch;
  afterEach(() => {
    globalThis.fetch = realFetch;
  });

  it("lead to the deployments that the Python template asks", async () => {
    const gateway = "https://aalto-openai-apigw.azure-api.net/v1/openai";
    const expected = {
      aalto: "gpt4-turbo",
      aalto_gpt4_turbo: "gpt4-turbo",
      aalto_image: "deployments/gpt-4o-2024-11-20",
      aalto_gpt4o: "deployments/gpt-4o-2024-11-20",
      aalto_gpt4_1: "deployments/gpt-4.1-2025-04-14",
      aalto_gpt4o_mini: "deployments/gpt-4o-mini-2024-07-18",
      aalto_o1: "deployments/o1-2024-12-17",
      aalto_o1mini: "deployments/o1-mini-2024-09-12",
      aalto_o3mini: "deployments/o3-mini-2025-01-31",
    };
    for (const [MODEL, path] of Object.entries(expected)) {
      const asked: string[] = [];
      globalThis.fetch = (url) => {
        asked.push(String(url));
        return Promise.resolve(Response.json(chatCompletion({ content: "hello" })));
      };
      const model = await createModel(Settings.parse({ MODEL, OPENAI_API_KEY: "key" }));
      await model.start();
      await model.getResponse(
        { messages: [{ role: "user", content: "hello" }] },
        createRequestContext(),
      );
      assert.deepEqual(asked, [`${gateway}/${path}/chat/completions`]);
    }
  });
});
