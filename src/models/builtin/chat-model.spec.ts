import assert from "node:assert/strict";
import {
  chatCompletion,
  friendlyText,
  modelResponse,
  OpenAIStandIn,
  outputText,
} from "../../../test/fixtures/openai-stand-in.ts";
import { createRequestContext } from "../../../test/fixtures/request-context.ts";
import { Settings } from "../../config/settings.ts";
import type { Message } from "../../data-models/task.ts";
import { createModel } from "../registry.ts";

const hello: Message[] = [{ role: "user", content: "hello" }];
/** Every answer is asked for as a stream that counts. */
const streamed = { stream: true, stream_options: { include_usage: true } };
const picture = "data:image/png;base64,iVBORw0KGgo=";

describe("ChatModel", () => {
  let vendor: OpenAIStandIn;
  before(async () => {
    vendor = await OpenAIStandIn.start();
  });
  after(() => vendor.close());
  beforeEach(() => vendor.reset());

  const ask = async (
    values: Record<string, string>,
    messages: Message[] = hello,
    context = createRequestContext(),
  ) => {
    const settings = Settings.parse({
      MODEL: "openai_image",
      OPENAI_API_KEY: "key-1",
      OPENAI_BASE_URL: vendor.baseURL,
      ...values,
    });
    const model = await createModel(settings);
    await model.start();
    return model.getResponse({ messages }, context);
  };
  const received = () => vendor.last.body;

  it("asks for a chat completion with model, roles, system text and image parts intact (ARENA-12)", async () => {
    const messages: Message[] = [
      { role: "system", content: "Be kind." },
      {
        role: "user",
        content: [
          { type: "text", text: "What is this? ÄÖ 🐈 \u0000" },
          { type: "image_url", image_url: { url: picture } },
          { type: "image_url", image_url: { url: "https://example.org/cat.png" } },
        ],
      },
      { role: "assistant", content: "A cat." },
      { role: "user", content: "Sure?" },
    ];
    assert.deepEqual(await ask({ OPENAI_MODEL: "gpt-test" }, messages), { text: friendlyText });
    assert.equal(vendor.last.method, "POST");
    assert.equal(vendor.last.path, "/v1/chat/completions");
    assert.deepEqual(received(), { ...streamed, model: "gpt-test", messages });
  });

  it("sends images of other roles as the user's, right after (ARENA-12)", async () => {
    const drawn: Message["content"] = [
      { type: "text", text: "Here." },
      { type: "image_url", image_url: { url: picture } },
    ];
    await ask({}, [{ role: "assistant", content: drawn }, ...hello]);
    assert.deepEqual(received(), {
      ...streamed,
      model: "gpt-4o",
      messages: [
        { role: "assistant", content: "Here." },
        { role: "user", content: [{ type: "image_url", image_url: { url: picture } }] },
        { role: "user", content: "hello" },
      ],
    });
  });

  it("sends system messages in the role that the model knows", async () => {
    const messages: Message[] = [
      { role: "system", content: "Be kind." },
      { role: "developer", content: "Be brief." },
    ];
    const sent = async (OPENAI_SYSTEM_ROLE: string) => {
      await ask({ OPENAI_SYSTEM_ROLE }, messages);
      return received();
    };
    const withRoles = (...roles: string[]) => ({
      ...streamed,
      model: "gpt-4o",
      messages: messages.map(({ content }, index) => ({ role: roles[index], content })),
    });
    assert.deepEqual(await sent("system"), withRoles("system", "developer"));
    assert.deepEqual(await sent("developer"), withRoles("developer", "developer"));
    assert.deepEqual(await sent("user"), withRoles("user", "user"));
  });

  it("sends a role of the task's own as a user of this name (ARENA-12)", async () => {
    await ask({}, [{ role: "game master/1", content: "Go!" }]);
    assert.deepEqual(received(), {
      ...streamed,
      model: "gpt-4o",
      messages: [{ role: "user", name: "game_master_1", content: "Go!" }],
    });
  });

  it("takes text that comes in blocks, and images that come in blocks or beside the text", async () => {
    const answers: [object, object][] = [
      [
        { content: "", images: [{ type: "image_url", image_url: { url: picture } }] },
        { text: "", image: "iVBORw0KGgo=" },
      ],
      [
        {
          content: [
            { type: "text", text: "A cat" },
            { type: "text", text: " for you." },
            { type: "image_url", image_url: { url: picture } },
            { type: "mystery", value: 1 },
          ],
        },
        { text: "A cat for you.", image: "iVBORw0KGgo=" },
      ],
      [
        { content: [{ type: "image_url", image_url: "https://example.org/cat.png" }] },
        { text: "\nhttps://example.org/cat.png" },
      ],
    ];
    for (const [message, expected] of answers) {
      vendor.reply({ body: chatCompletion(message) });
      assert.deepEqual(await ask({}), expected);
    }
  });

  it("lets the model draw over /responses and returns the image", async () => {
    vendor.reply({
      body: modelResponse([
        { type: "reasoning", id: "rs_1", summary: [] },
        { type: "image_generation_call", id: "ig_1", status: "completed", result: "iVBORw0KGgo=" },
        outputText("A cat."),
      ]),
    });
    const messages: Message[] = [
      { role: "system", content: "Be kind." },
      {
        role: "user",
        content: [
          { type: "text", text: "Paint it blue." },
          { type: "image_url", image_url: { url: picture } },
        ],
      },
      { role: "assistant", content: "Which blue?" },
    ];
    const output = await ask({ OPENAI_IMAGE_OUTPUT: "true" }, messages);
    assert.deepEqual(output, { text: "A cat.", image: "iVBORw0KGgo=" });
    assert.equal(vendor.last.path, "/v1/responses");
    assert.deepEqual(received(), {
      model: "gpt-4o",
      stream: true,
      store: false,
      text: {},
      tools: [{ type: "image_generation" }],
      input: [
        { type: "message", role: "system", content: "Be kind." },
        {
          type: "message",
          role: "user",
          content: [
            { type: "input_text", text: "Paint it blue." },
            { type: "input_image", image_url: picture },
          ],
        },
        { type: "message", role: "assistant", content: "Which blue?" },
      ],
    });
  });

  it("passes a refusal on as text", async () => {
    const refusal = "I cannot help with that.";
    vendor.reply({ body: chatCompletion({ refusal }) });
    assert.deepEqual(await ask({}), { text: refusal });
    const content = [{ type: "refusal", refusal }];
    const body = modelResponse([{ type: "message", id: "msg_1", role: "assistant", content }]);
    vendor.reply({ body });
    assert.deepEqual(await ask({ OPENAI_IMAGE_OUTPUT: "true" }), { text: refusal });
  });

  it("says so when the answer was filtered before it began", async () => {
    const filtered = { status: "incomplete", incomplete_details: { reason: "content_filter" } };
    for (const body of [
      chatCompletion({ content: "" }, "content_filter"),
      modelResponse([], filtered),
    ]) {
      vendor.reply({ body });
      const isResponse = Reflect.get(body, "object") === "response";
      await assert.rejects(ask(isResponse ? { OPENAI_IMAGE_OUTPUT: "true" } : {}), {
        name: "ProviderError",
        code: "PERMISSION_DENIED",
        message: /filter/,
        retryable: false,
      });
    }
  });

  it("ends the HTTP request when nobody waits any longer", async () => {
    const controller = new AbortController();
    const reason = new Error("the deadline has passed");
    vendor.reply("hang");
    const asked = ask({}, hello, createRequestContext({ signal: controller.signal }));
    await vendor.received(1);
    controller.abort(reason);
    await assert.rejects(asked, reason);
    await vendor.last.closed;
    assert.equal(vendor.requests.length, 1);
  });

  it("asks nobody when nobody waits from the start", async () => {
    const signal = AbortSignal.abort(new Error("too late"));
    await assert.rejects(ask({}, hello, createRequestContext({ signal })), /too late/);
    assert.equal(vendor.requests.length, 0);
  });

  it("answers many requests at once", async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask({})));
    assert.deepEqual(answers, Array(20).fill({ text: friendlyText }));
  });

  it("refuses to work before start", async () => {
    const settings = Settings.parse({ MODEL: "openai", OPENAI_API_KEY: "key-1" });
    const model = await createModel(settings);
    await assert.rejects(
      model.getResponse({ messages: hello }, createRequestContext()),
      /start\(\) must come before getResponse\(\)/,
    );
  });
});
