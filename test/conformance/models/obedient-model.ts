import { createHash } from "node:crypto";
import {
  AIModel,
  type Message,
  type ModelDefinition,
  type TaskInput,
  type TaskOutput,
} from "arena-model-server";

/**
 * Does what the last message tells it: `throw`, `say nothing`, `draw`,
 * `write 5000 characters`, `count WORD`, `wait for GATE`, `what was published?`.
 * To anything else it says, as JSON, which messages it got. A gate is opened by
 * publishing `{"open": "GATE"}`, which no queue can hold up.
 */
// biome-ignore lint/style/noDefaultExport: this is what MODEL takes
export default class ObedientModel extends AIModel {
  readonly #gates = new Map<string, PromiseWithResolvers<void>>();
  readonly #counts = new Map<string, number>();
  #published: unknown = null;

  getModelDefinition(): ModelDefinition {
    return {
      modelID: "obedient",
      needsText: true,
      needsImage: false,
      canText: true,
      canImage: true,
    };
  }

  async getResponse({ messages }: TaskInput): Promise<TaskOutput> {
    const content = messages.at(-1)?.content;
    const [verb = "", ...words] = typeof content === "string" ? content.split(" ") : [];
    switch (verb) {
      case "throw":
        throw new Error("the model was told to throw");
      case "say":
        // A model in JavaScript may return anything.
        return JSON.parse("{}");
      case "draw":
        return { text: "drawn", image: Buffer.from("an image").toString("base64") };
      case "write":
        return { text: "x".repeat(Number(words[0])) };
      case "count":
        return { text: `${words[0]} ${this.#count(words[0] ?? "")}` };
      case "wait":
        // It does not listen to its signal, as many a model does not.
        await this.#gate(words.slice(1).join(" ")).promise;
        return { text: `waited ${words.join(" ")}` };
      case "what":
        return { text: JSON.stringify(this.#published) };
      default:
        return { text: JSON.stringify(messages.map(describe)) };
    }
  }

  override publishMetrics(metrics: unknown): void {
    this.#published = metrics;
    if (typeof metrics !== "object" || metrics === null || !("open" in metrics)) return;
    this.#gate(String(metrics.open)).resolve();
  }

  #gate(name: string): PromiseWithResolvers<void> {
    const gate = this.#gates.get(name) ?? Promise.withResolvers<void>();
    this.#gates.set(name, gate);
    return gate;
  }

  #count(word: string): number {
    const count = (this.#counts.get(word) ?? 0) + 1;
    this.#counts.set(word, count);
    return count;
  }
}

/** Long addresses, which are images, are told by their digest. */
function describe({ role, content }: Message) {
  if (typeof content === "string") return { role, content };
  const parts = content.map((part) => {
    if (part.type === "text") return part.text;
    const { url } = part.image_url;
    return url.length < 200 ? url : createHash("sha256").update(url).digest("hex");
  });
  return { role, parts };
}
