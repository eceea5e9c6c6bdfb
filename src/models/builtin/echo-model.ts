import type {
  Message,
  MessagePart,
  ModelDefinition,
  TaskInput,
  TaskOutput,
} from "../../data-models/task.ts";
import { AIModel } from "../ai-model.ts";

/** Says what it received, images included. Needs no key and no network. */
export class EchoModel extends AIModel {
  getModelDefinition(): ModelDefinition {
    return { modelID: "echo", needsText: true, needsImage: false, canText: true, canImage: true };
  }

  getResponse({ messages }: TaskInput): Promise<TaskOutput> {
    const images = messages.flatMap(partsOf).flatMap(describeImage);
    const answer = `echo: ${textOf(messages.findLast(({ role }) => role === "user"))}`;
    if (messages.length === 1 && images.length === 0) return Promise.resolve({ text: answer });
    const count = messages.length === 1 ? "1 message" : `${messages.length} messages`;
    return Promise.resolve({ text: `${answer} [${[count, ...images].join("; ")}]` });
  }
}

function partsOf({ content }: Message): MessagePart[] {
  return typeof content === "string" ? [] : content;
}

function textOf(message: Message | undefined): string {
  if (typeof message?.content === "string") return message.content;
  const texts = message?.content.flatMap((part) => (part.type === "text" ? part.text : []));
  return texts?.join("\n") ?? "";
}

/** The longest piece of a URL that is repeated to a person. */
const shownLength = 200;

function describeImage(part: MessagePart): string[] {
  if (part.type !== "image_url") return [];
  const { url } = part.image_url;
  if (!/^data:/i.test(url)) return [`image at ${url.slice(0, shownLength)}`];
  const comma = url.indexOf(",");
  const [kind = "", ...attributes] = url.slice("data:".length, comma).split(";");
  const isBase64 = attributes.some((attribute) => attribute.trim().toLowerCase() === "base64");
  const bytes = isBase64 ? base64Bytes(url, comma + 1) : url.length - comma - 1;
  return [`${kind.slice(0, shownLength)} of ${bytes} bytes`];
}

/** Counts without decoding: an image may have many megabytes. */
function base64Bytes(url: string, start: number): number {
  const padding = url.endsWith("==") ? 2 : url.endsWith("=") ? 1 : 0;
  return Math.floor(((url.length - start - padding) * 3) / 4);
}
