import assert from "node:assert/strict";
import { serverSentEvents, useHttpStandIn } from "../../test/fixtures/http-stand-in.ts";
import { spoken } from "../../test/fixtures/openai-events.ts";
import {
  accessTo,
  asking,
  eventsOf,
  failureOf,
  question,
} from "../../test/fixtures/provider-questions.ts";
import type { ChatRequest } from "../data-models/chat.ts";
import type { ProviderAccess } from "./provider-access.ts";
import { createHuggingFace } from "./vendors/huggingface.ts";
import { createOpenAI } from "./vendors/openai.ts";
import { createKubeAI, createSelfHosted, createVllm } from "./vendors/self-hosted.ts";

describe("an image's address in a private network", () => {
  const vendor = useHttpStandIn();

  const showing = (url: string): ChatRequest => {
    const text = { type: "text", text: question } as const;
    return asking({
      messages: [
        { role: "user", content: question },
        { role: "user", content: [text, { type: "image", url }] },
      ],
    });
  };
  const model = "gpt-4o";
  const metadata = "http://169.254.169.254/latest/meta-data/iam";

  for (const [name, make, options] of [
    ["self-hosted", createSelfHosted, { inferenceApi: "openai" }],
    ["self-hosted", createSelfHosted, { inferenceApi: "vllm" }],
    ["vllm", createVllm, {}],
    ["kubeai", createKubeAI, {}],
    ["openai", createOpenAI, {}],
    ["huggingface", createHuggingFace, {}],
  ] as const) {
    const access = (): ProviderAccess =>
      accessTo(name, { baseUrl: `${vendor().origin}/v1`, ...options });

    it(`is not sent to ${Object.values({ name, ...options }).join(", ")}, which might fetch it`, async () => {
      for (const url of [metadata, "file:///etc/passwd", "http://localhost:9000/a.png"]) {
        const error = await failureOf(make(access()), model, showing(url));
        assert.deepEqual(
          [error.code, error.reason, error.retryable],
          ["INVALID_ARGUMENT", "unsupported", false],
        );
        assert.match(error.message, /: messages\[1\]\.content\[1\] is an image at an address in a/);
        assert.match(error.message, /data URL.*PRIVATE_IMAGE_URLS=true/);
        assert.ok(!error.message.includes(url));
      }
      assert.deepEqual(vendor().requests, []);
    });

    it(`is sent to ${Object.values({ name, ...options }).join(", ")} by leave, and others are anyway`, async () => {
      for (const [url, privateImages] of [
        [metadata, true],
        ["https://example.org/a.png", false],
        ["data:image/png;base64,AAAA", false],
      ] as const) {
        vendor().reply({ body: serverSentEvents(spoken("Hi")) });
        await eventsOf(make({ ...access(), privateImages }), model, showing(url));
        const chat = vendor().requests.findLast(({ method }) => method === "POST");
        assert.ok(JSON.stringify(chat?.body).includes(url));
      }
    });
  }
});
