// Run it: AGENT_MODEL=llama3.2 MODEL=./examples/02-langchain-agent/agent.ts npm start
// It asks the model server on this machine (Ollama); AGENT_BASE_URL names another one.
import { randomInt } from "node:crypto";
import { ChatOpenAI } from "@langchain/openai";
import {
  AIModel,
  type ModelDefinition,
  type RequestContext,
  type TaskInput,
  type TaskOutput,
} from "arena-model-server";
import { createAgent, tool } from "langchain";
import { z } from "zod";

const rollDie = tool(({ sides }) => `The die shows ${randomInt(1, sides + 1)}.`, {
  name: "roll_die",
  description: "Rolls a die and tells what it shows. Call it whenever chance decides.",
  schema: z.object({ sides: z.number().int().min(2).max(100) }),
});

/** A game master that rolls real dice: a LangChain agent with one tool. */
export default class DiceAgent extends AIModel {
  readonly #agent = createAgent({
    model: new ChatOpenAI({
      model: process.env["AGENT_MODEL"] ?? "llama3.2",
      apiKey: process.env["AGENT_API_KEY"] ?? "none",
      maxRetries: 2,
      configuration: { baseURL: process.env["AGENT_BASE_URL"] ?? "http://localhost:11434/v1" },
    }),
    tools: [rollDie],
    systemPrompt: "You lead a short adventure. Roll a die before you tell how an attempt ends.",
  });

  getModelDefinition(): ModelDefinition {
    return { modelID: "dice", needsText: true, needsImage: false, canText: true, canImage: false };
  }

  /** The signal ends the agent's work when nobody waits for the answer any longer. */
  async getResponse({ messages }: TaskInput, { signal }: RequestContext): Promise<TaskOutput> {
    const state = await this.#agent.invoke({ messages: [...messages] }, { signal });
    return { text: state.messages.at(-1)?.text ?? "" };
  }
}
