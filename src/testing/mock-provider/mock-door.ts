import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { ChatCall } from "./chat-call.ts";
import { ChatBody, embeddings, modelList } from "./completion.ts";
import { type FaultName, faults, isFaultName } from "./faults.ts";
import type { RequestLog } from "./request-log.ts";

const Named = z.looseObject({ model: z.string() });
const Embeddings = z.looseObject({
  model: z.string(),
  input: z.union([z.string().transform((text) => [text]), z.array(z.string())]),
});

/** What decides how requests are answered. */
export interface MockDoorOptions {
  readonly log: RequestLog;
  readonly timeScale: number;
  readonly now: () => number;
  readonly models: Readonly<Record<string, FaultName>>;
}

/** Takes requests as OpenAI does, writes them down, and gives chats to their faults. */
export class MockDoor {
  readonly #options: MockDoorOptions;

  constructor(options: MockDoorOptions) {
    this.#options = options;
  }

  /** @throws what a client that leaves in the middle of its request makes Node throw */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { log, timeScale, now } = this.#options;
    const beganAt = now();
    const { method = "GET", url = "/", headers } = request;
    const path = url.split("?", 1)[0] ?? "/";
    if (path === "/requests") {
      if (method === "DELETE") log.clear();
      sendJson(response, 200, log.requests);
      return;
    }
    const body = await readJson(request);
    const model = Named.safeParse(body).data?.model ?? "";
    const fault = path.endsWith("/chat/completions") ? this.#faultOf(model) : null;
    const hasKey = "authorization" in headers || "api-key" in headers;
    const [entry, end] = log.add({
      ...{ method, path, model, body, hasKey, beganAt },
      fault: fault ?? "",
    });
    response.once("finish", () => end("answered"));
    response.once("close", () => end("client left"));
    if (!fault) {
      this.#answerOthers(path, body, response);
      return;
    }
    const chat = ChatBody.safeParse(body);
    if (!chat.success) refuse(response, 400, z.prettifyError(chat.error));
    else await faults[fault].answer(new ChatCall(entry, chat.data, { response, timeScale, end }));
  }

  #answerOthers(path: string, body: unknown, response: ServerResponse): void {
    if (path.endsWith("/models")) sendJson(response, 200, modelList(this.#names));
    else if (path.endsWith("/embeddings")) answerEmbeddings(body, response);
    else if (path.endsWith("/chat/completions")) {
      refuse(response, 404, `There is no such model; there is ${this.#names.join(", ")}.`);
    } else refuse(response, 404, `Nothing at ${path}.`);
  }

  get #names(): string[] {
    return [...Object.keys(this.#options.models), ...Object.keys(faults)];
  }

  #faultOf(model: string): FaultName | null {
    const { models } = this.#options;
    const own = Object.hasOwn(models, model) ? models[model] : undefined;
    return own ?? (isFaultName(model) ? model : null);
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return null;
  }
}

function answerEmbeddings(body: unknown, response: ServerResponse): void {
  const read = Embeddings.safeParse(body);
  if (read.success) sendJson(response, 200, embeddings(read.data.model, read.data.input));
  else refuse(response, 400, z.prettifyError(read.error));
}

function refuse(response: ServerResponse, status: number, message: string): void {
  const code = status === 404 ? "model_not_found" : null;
  const error = { message, type: "invalid_request_error", param: null, code };
  sendJson(response, status, { error });
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
