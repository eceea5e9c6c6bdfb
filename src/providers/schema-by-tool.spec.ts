import assert from "node:assert/strict";
import { asking } from "../../test/fixtures/provider-questions.ts";
import type { ChatEvent, ChatRequest } from "../data-models/chat.ts";
import type { Provider } from "./provider.ts";
import { withSchemaByTool } from "./schema-by-tool.ts";

const { signal } = new AbortController();
const schema = { type: "object", properties: { a: { type: "integer" } } };
const responseFormat = { type: "json-schema", name: "sum", schema } as const;
const nobody = () => assert.fail("nobody is asked");

describe("a JSON schema by a tool", () => {
  const asked: ChatRequest[] = [];
  const events: ChatEvent[] = [
    { type: "text", text: "Let me see." },
    { type: "tool-call", call: { id: "1", name: "sum", arguments: '{"a":3}' } },
    { type: "finish", reason: "tool-calls", usage: { inputTokens: 1, outputTokens: 2 } },
  ];
  const provider: Provider = {
    name: "x",
    tellsOpening: true,
    comesInParts: (_, { tools = [] }) => tools.length === 0,
    capabilities: () => ({
      images: false,
      tools: true,
      json: false,
      jsonSchema: false,
      parameters: new Set(),
      contextTokens: null,
      embeddings: false,
      imageOutput: false,
    }),
    load: async () => {},
    async *stream(_model, request) {
      asked.push(request);
      yield* events;
    },
    embed: nobody,
    listModels: nobody,
  };
  const wrapped = withSchemaByTool(provider, (model) => model !== "able");
  beforeEach(() => {
    asked.length = 0;
  });

  it("shows life in what it does not pass on", async () => {
    let signs = 0;
    const onProgress = () => signs++;
    const request = asking({ responseFormat });
    const answer = await Array.fromAsync(wrapped.stream("m", request, { signal, onProgress }));
    assert.deepEqual(answer, [
      { type: "text", text: '{"a":3}' },
      { ...events[2], reason: "stop" },
    ]);
    assert.equal(signs, 1);
    assert.deepEqual(asked[0]?.toolChoice, { name: "sum" });
  });

  it("comes in parts as far as the call of a tool does", () => {
    assert.equal(wrapped.comesInParts?.("m", asking({ responseFormat })), false);
    assert.equal(wrapped.comesInParts?.("m", asking()), true);
    assert.equal(wrapped.comesInParts?.("able", asking({ responseFormat })), true);
  });

  it("leaves all that it does not change as the provider has it", () => {
    const { name, tellsOpening, load, embed, listModels } = wrapped;
    const {
      name: own,
      tellsOpening: tells,
      load: loads,
      embed: embeds,
      listModels: lists,
    } = provider;
    assert.deepEqual(
      [name, tellsOpening, load, embed, listModels],
      [own, tells, loads, embeds, lists],
    );
  });
});
