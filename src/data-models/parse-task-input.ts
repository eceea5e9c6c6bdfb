import { z } from "zod";
import { InvalidRequestError } from "../errors/request-errors.ts";
import { exceedsOutline, type OutlineLimits } from "./json-outline.ts";
import type { TaskInput } from "./task.ts";
import { ImagePart, Message, MessagePart } from "./task.ts";

/** Real tasks stay below a hundredth of this; `JSON.parse` takes about 30 ms for this much. */
const outlineLimits: OutlineLimits = {
  tokens: 400_000,
  blanks: 4_000_000,
  escapes: 1_000_000,
  depth: 200,
};
const excesses: Readonly<Record<keyof OutlineLimits, string>> = {
  tokens: `more than ${outlineLimits.tokens} characters of structure`,
  blanks: `more than ${outlineLimits.blanks} blanks`,
  escapes: `more than ${outlineLimits.escapes} backslashes`,
  depth: `brackets nested deeper than ${outlineLimits.depth} levels`,
};
const maxMessages = 10_000;

const shapes =
  'an array of messages, {"messages": […]}, {"text": […], "image"?, "system"?}, or one of them in {"data": …}';

/**
 * Reads a request's text in every shape that tasks send (ARENA-12, ARENA-13).
 * @throws InvalidRequestError that says what is wrong, where, and what was expected
 */
export function parseTaskInput(text: string): TaskInput {
  const messages = messagesOf(parseJson(text));
  if (messages.length === 0) throw new InvalidRequestError("it holds no message");
  return { messages };
}

function parseJson(text: string): unknown {
  const json = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const excess = exceedsOutline(json, outlineLimits);
  if (excess) throw new InvalidRequestError(`its JSON holds ${excesses[excess]}`);
  if (json.trimStart() === "") throw new InvalidRequestError(`it is empty; expected ${shapes}`);
  try {
    return JSON.parse(json);
  } catch (error) {
    // The parser's own words quote the text, which belongs to the participant.
    throw new InvalidRequestError(`it is not JSON; expected ${shapes}`, { cause: error });
  }
}

function messagesOf(value: unknown): Message[] {
  if (Array.isArray(value)) return readMessages(value, "");
  if (isObject(value)) {
    if (Array.isArray(value["messages"])) return readMessages(value["messages"], "messages");
    if (Array.isArray(value["text"])) return readOlderTask(value, value["text"]);
    if (value["data"] !== undefined) return messagesOf(value["data"]);
  }
  throw new InvalidRequestError(`it is ${nameOf(value)}; expected ${shapes}`);
}

function readOlderTask(value: Record<string, unknown>, text: unknown[]): Message[] {
  const messages = readMessages(text, "text");
  const { system, image } = value;
  if (isGiven(image)) attachImage(messages, stringAt("image", image));
  return isGiven(system)
    ? [{ role: "system", content: stringAt("system", system) }, ...messages]
    : messages;
}

function readMessages(values: readonly unknown[], path: string): Message[] {
  if (values.length > maxMessages) {
    throw new InvalidRequestError(
      `it holds ${values.length} messages; at most ${maxMessages} are taken`,
    );
  }
  return values.map((value, index) => readMessage(value, `${path}[${index}]`));
}

function readMessage(value: unknown, path: string): Message {
  if (!isObject(value)) return readWith(Message, value, path);
  const { role, content } = value;
  // Nearly all messages are of this form, and asking the schema takes longer than reading them.
  if (typeof role === "string" && role !== "" && typeof content === "string") {
    return { role, content };
  }
  if (Array.isArray(content)) {
    const message = readWith(Message, { ...value, content: "" }, path);
    // One by one: a schema of the whole would look at a million wrong parts before it complains.
    const parts = content.map((part, index) =>
      readWith(MessagePart, part, `${path}.content[${index}]`),
    );
    return { role: message.role, content: parts };
  }
  // A message that only calls tools has no content.
  return readWith(Message, content === null ? { ...value, content: "" } : value, path);
}

function readWith<Output>(schema: z.ZodType<Output>, value: unknown, path: string): Output {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const place = z.core.toDotPath(["", ...(issue?.path ?? [])]);
  throw new InvalidRequestError(
    `${path}${place}: ${issue?.message ?? "not readable"}; a message is {"role": string, "content": string or an array of text and image_url parts}`,
  );
}

/** Makes the image a part of the last user message, or of a new one if there is none. */
function attachImage(messages: Message[], image: string): void {
  const url = /^(data:|https?:)/i.test(image) ? image : `data:${mediaType(image)};base64,${image}`;
  const part = readWith(ImagePart, { type: "image_url", image_url: { url } }, "image");
  const last = messages.findLastIndex((message) => message.role === "user");
  const content = messages[last]?.content ?? [];
  const parts: MessagePart[] =
    typeof content === "string" ? [{ type: "text", text: content }] : [...content];
  const message: Message = { role: "user", content: [...parts, part] };
  if (last === -1) messages.push(message);
  else messages[last] = message;
}

/** The older shape does not say what its base64 is; the first bytes do. */
function mediaType(base64: string): string {
  if (base64.startsWith("/9j/")) return "image/jpeg";
  if (base64.startsWith("R0lGOD")) return "image/gif";
  if (base64.startsWith("UklGR")) return "image/webp";
  return "image/png";
}

function stringAt(name: string, value: unknown): string {
  if (typeof value === "string") return value;
  throw new InvalidRequestError(`${name} is ${nameOf(value)}; expected a string`);
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function nameOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object of another shape" : `a ${typeof value}`;
}
