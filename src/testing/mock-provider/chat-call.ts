import type { ServerResponse } from "node:http";
import type { ChatBody } from "./completion.ts";
import { completion, completionChunk, usageChunk } from "./completion.ts";
import type { EndRequest, MockRequest } from "./request-log.ts";

/** One chat request in the hands of a fault: what it may do with it. */
export class ChatCall {
  readonly request: MockRequest;
  readonly body: ChatBody;
  readonly #response: ServerResponse;
  readonly #timeScale: number;
  readonly #end: EndRequest;

  constructor(
    request: MockRequest,
    body: ChatBody,
    means: {
      readonly response: ServerResponse;
      readonly timeScale: number;
      readonly end: EndRequest;
    },
  ) {
    this.request = request;
    this.body = body;
    this.#response = means.response;
    this.#timeScale = means.timeScale;
    this.#end = means.end;
  }

  /** What the user said last; empty if nothing. */
  get lastText(): string {
    const content = this.body.messages.findLast(({ role }) => role === "user")?.content ?? "";
    if (typeof content === "string") return content;
    return content.map(({ text = "" }) => text).join("");
  }

  /** Resolves after this time of the fault's own, scaled; at once when the client has left. */
  async pause(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, milliseconds * this.#timeScale);
    this.#response.once("close", resolve);
    await promise;
    clearTimeout(timer);
    this.#response.off("close", resolve);
  }

  /** How long this takes here, given how long it takes in the world. */
  scaled(milliseconds: number): number {
    return milliseconds * this.#timeScale;
  }

  /** An answer as it should be, in the form that was asked for. */
  async answer(words: readonly string[], { betweenMs = 0 } = {}): Promise<void> {
    if (!this.body.stream) {
      await this.pause(betweenMs * words.length);
      this.json(200, completion(this.body, words));
      return;
    }
    await this.say(words, betweenMs);
    this.finish();
    this.done();
  }

  /** Refuses as OpenAI does. */
  refuse(
    status: number,
    code: string | null,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ): void {
    const type =
      status === 429 ? "requests" : status < 500 ? "invalid_request_error" : "server_error";
    this.json(status, { error: { message, type, param: null, code } }, headers);
  }

  /** Begins an answer that has to be gone on with: a stream without a word, or half of a whole one. */
  begin(): void {
    if (this.body.stream) {
      this.event(JSON.stringify(completionChunk(this.body, {}, null)));
      return;
    }
    const text = JSON.stringify(completion(this.body, ["Half", " an", " answer"]));
    this.#response.writeHead(200, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(text),
    });
    this.#response.write(text.slice(0, text.length / 2));
  }

  /** Words as they come, without an end. */
  async say(words: readonly string[], betweenMs = 0): Promise<void> {
    for (const word of words) {
      if (betweenMs > 0) await this.pause(betweenMs);
      this.event(JSON.stringify(completionChunk(this.body, { content: word }, null)));
    }
  }

  /** The reason why it ends, and the tokens. */
  finish(reason = "stop"): void {
    this.event(JSON.stringify(completionChunk(this.body, {}, reason)));
    this.event(JSON.stringify(usageChunk(this.body)));
  }

  /** One event of a stream, whatever is in it. */
  event(data: string): void {
    if (this.#response.writableEnded || this.#response.destroyed) return;
    if (!this.#response.headersSent) {
      this.#response.writeHead(200, { "content-type": "text/event-stream" });
    }
    this.#response.write(`data: ${data}\n\n`);
  }

  /** Ends a stream, by default as OpenAI does. */
  done({ withMark = true } = {}): void {
    if (withMark) this.event("[DONE]");
    this.#response.end();
  }

  /** Sends a body whole. */
  json(status: number, body: object, headers: Readonly<Record<string, string>> = {}): void {
    this.text(status, JSON.stringify(body), { "content-type": "application/json", ...headers });
  }

  /** Sends any text whole. */
  text(status: number, text: string, headers: Readonly<Record<string, string>>): void {
    if (this.#response.destroyed) return;
    this.#response.writeHead(status, headers).end(text);
  }

  /** Hangs up: nothing more comes, and what came has no end. What was written goes out first. */
  async hangUp(): Promise<void> {
    await new Promise<void>((resolve) => {
      if (this.#response.headersSent) this.#response.write("", () => resolve());
      else resolve();
    });
    this.#end("hung up");
    this.#response.destroy();
  }

  /** Breaks the connection with a TCP reset. */
  reset(): void {
    this.#end("hung up");
    this.#response.socket?.resetAndDestroy();
  }
}
