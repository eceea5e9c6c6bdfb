// Run it: MODEL=./examples/01-own-model/haiku.ts npm start
import { AIModel, type ModelDefinition, type TaskInput, type TaskOutput } from "arena-model-server";

const firstLines = ["Morning in the lab", "Snow on the roof tiles", "The cursor blinks twice"];

/** Writes a haiku about what the participant said. It thinks of the length, not of the sense. */
export default class HaikuModel extends AIModel {
  getModelDefinition(): ModelDefinition {
    return { modelID: "haiku", needsText: true, needsImage: false, canText: true, canImage: false };
  }

  async getResponse({ messages }: TaskInput): Promise<TaskOutput> {
    const content = messages.findLast(({ role }) => role === "user")?.content ?? "";
    const said = typeof content === "string" ? content : "";
    const words = said.split(/\s+/).filter(Boolean);
    const first = firstLines[words.length % firstLines.length];
    const subject = words.at(-1)?.replace(/\W+$/, "") ?? "silence";
    return { text: `${first};\nsomeone has said "${subject}"\nand waits for a word.` };
  }
}
