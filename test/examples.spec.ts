import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Settings } from "../src/config/settings.ts";
import type { AIModel } from "../src/models/ai-model.ts";
import { createModel } from "../src/models/registry.ts";
import { chatCompletion, OpenAIStandIn } from "./fixtures/openai-stand-in.ts";
import { createRequestContext } from "./fixtures/request-context.ts";

const repository = fileURLToPath(new URL("..", import.meta.url));

describe("the examples", () => {
  const load = (path: string) => createModel(Settings.parse({ MODEL: path }), repository);
  const ask = async (model: AIModel, content: string, sessionID = "session-1") => {
    const messages = [{ role: "user", content }];
    const output = await model.getResponse({ messages }, createRequestContext({ sessionID }));
    return output.text;
  };

  it("say in their first line how they are run", () => {
    for (const path of [
      "examples/01-own-model/haiku.ts",
      "examples/02-langchain-agent/agent.ts",
      "examples/03-session-memory/guess-the-number.ts",
    ]) {
      const [line = ""] = readFileSync(`${repository}${path}`, "utf8").split("\n");
      assert.match(line, /^\/\/ Run it: /);
      assert.ok(line.endsWith(`MODEL=./${path} npm start`), line);
    }
  });

  it("01 writes a haiku", async () => {
    const model = await load("./examples/01-own-model/haiku.ts");
    assert.equal(
      await ask(model, "Write about snow!"),
      'Morning in the lab;\nsomeone has said "snow"\nand waits for a word.',
    );
  });

  it("02 lets an agent roll its die before it answers", async () => {
    await using vendor = await OpenAIStandIn.start();
    const call = { name: "roll_die", arguments: '{"sides":6}' };
    const toolCalls = [{ id: "call_1", type: "function", function: call }];
    vendor.reply(
      { kind: "answer", body: chatCompletion({ tool_calls: toolCalls }, "tool_calls") },
      { kind: "answer", body: chatCompletion({ content: "You jump, and land." }) },
    );
    process.env["AGENT_BASE_URL"] = vendor.baseURL;
    try {
      const model = await load("./examples/02-langchain-agent/agent.ts");
      assert.equal(await ask(model, "I jump."), "You jump, and land.");
    } finally {
      delete process.env["AGENT_BASE_URL"];
    }
    assert.equal(vendor.requests.length, 2);
    assert.match(JSON.stringify(vendor.last.body), /"role":"tool".*The die shows [1-6]\./);
  });

  it("03 keeps one game for each session, in order (ARENA-10)", async () => {
    const model = await load("./examples/03-session-memory/guess-the-number.ts");
    assert.equal(model.sessionOrder, "serial");
    let [low, high, guesses] = [1, 100, 0];
    for (;;) {
      const guess = Math.floor((low + high) / 2);
      const answer = await ask(model, `Is it ${guess}?`);
      guesses++;
      if (answer === "It is higher.") low = guess + 1;
      else if (answer === "It is lower.") high = guess - 1;
      else {
        assert.match(answer, new RegExp(`Yes! That took you ${guesses} guesses`));
        break;
      }
      assert.ok(guesses <= 7);
    }
    assert.match(await ask(model, "hello", "session-2"), /Which one\?/);
  });
});
