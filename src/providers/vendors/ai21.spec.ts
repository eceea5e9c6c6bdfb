import assert from "node:assert/strict";
import { serverSentEvents } from "../../../test/fixtures/http-stand-in.ts";
import {
  counted,
  delta,
  openAIForm,
  openAISettings,
} from "../../../test/fixtures/openai-events.ts";
import { accessTo, canaryKey, question } from "../../../test/fixtures/provider-questions.ts";
import {
  describeProvider,
  openAITools,
  showing,
  verdicts,
  weather,
} from "../../../test/suites/provider.ts";
import { createAI21 } from "./ai21.ts";

const model = "jamba-large-1.7";
const body = { model, messages: [{ role: "user", content: question }], stream: true };
const responseFormat = { type: "json-schema", name: "x", schema: {} } as const;
const failing = (status: number, detail: unknown) => ({ status, body: { detail } });

describeProvider(
  "the provider of AI21",
  {
    ...openAIForm({ countsWithin: true }),
    create: (origin, keys) =>
      createAI21(accessTo("ai21", { baseUrl: `${origin}/studio/v1` }, keys)),
    // Calls come whole, all in one chunk, and have no places.
    calling: (calls) => {
      const tool_calls = calls.map(({ id, name, arguments: json }) => ({
        id,
        type: "function",
        function: { name, arguments: json },
      }));
      const ended = { ...delta({}, "tool_calls"), usage: counted.usage };
      const events = [delta({ content: "Looking." }), delta({ tool_calls }), ended, "[DONE]"];
      return { body: serverSentEvents(events) };
    },
    model,
    asked: {
      target: "/studio/v1/chat/completions",
      keyed: { authorization: `Bearer ${canaryKey}` },
      body,
    },
    settings: [
      { ...openAISettings.request, responseFormat: { type: "json" } },
      { ...body, ...openAISettings.sent, response_format: { type: "json_object" } },
    ],
    tools: openAITools,
    refused: {
      images: [showing("https://x.y/z.png"), /images/],
      "a JSON schema": [{ responseFormat }, /JSON schema/],
      "a seed": [{ seed: 1 }, /seed/],
      "a forced tool": [{ tools: [weather], toolChoice: { name: "weather" } }, /decide themselves/],
    },
    failures: {
      "a wrong key": [failing(401, canaryKey), verdicts.wrongKey],
      "a request": [failing(422, [{ msg: question }]), verdicts.badRequest],
      "too many requests": [failing(429, "slow"), verdicts.rateLimit],
      "a failure": [failing(500, "no"), verdicts.unavailable],
    },
    lists: null,
  },
  (at) => {
    it("has no vectors", () => {
      assert.equal(at().provider.embed, null);
    });
  },
);
