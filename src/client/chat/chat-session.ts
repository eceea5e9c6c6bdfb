import { randomUUID } from "node:crypto";
import { styleText } from "node:util";
import { printable } from "../../data-models/printable.ts";
import type { modelAnswer } from "../../generated/model.ts";
import { ArenaClient, type TimedAnswer } from "../arena-client.ts";
import type { ConnectionOptions } from "../connection.ts";
import type { Terminal } from "../terminal.ts";
import { Conversation } from "./conversation.ts";
import { readImage, saveImage } from "./image-file.ts";
import { showWaiting } from "./waiting-indicator.ts";

/** What a chat needs to know. */
export interface ChatOptions {
  readonly connection: ConnectionOptions;
  readonly system: string | undefined;
  readonly timeoutMs: number;
  /** Where generated images are saved. */
  readonly imageFolder: string;
  /** Ends the chat. */
  readonly signal: AbortSignal;
}

/** A conversation with a model container: what was said, what is attached, and what is shown. */
export class ChatSession {
  readonly client: ArenaClient;
  readonly #options: ChatOptions;
  readonly #terminal: Terminal;
  readonly #conversation: Conversation;
  #sessionID = randomUUID();
  #images: string[] = [];
  #loseAnswer = (_error: Error) => {};

  constructor(options: ChatOptions, terminal: Terminal) {
    this.#options = options;
    this.#terminal = terminal;
    this.#conversation = new Conversation(options.system);
    const onStrayAnswer = (answer: modelAnswer) => this.#reportStray(answer);
    this.client = new ArenaClient({ ...options.connection, onStrayAnswer });
  }

  /** Attaches an image to what is said next. @throws CommandError */
  async attach(file: string): Promise<void> {
    this.#images.push(await readImage(file));
  }

  /** Forgets the conversation and what is attached. */
  reset(): void {
    this.#conversation.reset();
    this.#images = [];
    this.#sessionID = randomUUID();
  }

  /**
   * Sends the conversation with one more message and shows the answer. What
   * failed is shown but not remembered.
   * @throws RpcError, NoAnswerError, MalformedAnswerError, or the signal's reason
   */
  async say(text: string, modelID: string): Promise<TimedAnswer> {
    const messages = this.#conversation.with(text, this.#images);
    const loss = new AbortController();
    this.#loseAnswer = (error) => loss.abort(error);
    const stopWaiting = showWaiting(this.#terminal.stdout);
    try {
      const answer = await this.client.ask(messages, {
        modelID,
        sessionID: this.#sessionID,
        timeoutMs: this.#options.timeoutMs,
        signal: AbortSignal.any([this.#options.signal, loss.signal]),
      });
      stopWaiting();
      await this.#show(answer, modelID);
      if (!answer.error) {
        this.#conversation.continue(messages, answer.text);
        this.#images = [];
      }
      return answer;
    } finally {
      stopWaiting();
    }
  }

  async #show(answer: TimedAnswer, modelID: string): Promise<void> {
    const { stdout, stderr } = this.#terminal;
    const text = printable(answer.text, "lines");
    if (answer.error) {
      const { code, message, retryable } = answer.error;
      const said = printable(`${code}: ${message}`, "lines");
      const line = `✖ ${said} (${retryable ? "may succeed later" : "not retryable"})`;
      stderr.write(`${styleText("red", line, { stream: stderr })}\n`);
      if (text) stderr.write(`  a participant would read: ${text}\n`);
    } else {
      const name = stdout.isTTY
        ? styleText("cyan", `${printable(modelID)}> `, { stream: stdout })
        : "";
      stdout.write(`${name}${text}\n`);
    }
    if (answer.image) {
      const name = `arena-image-${answer.messageID.slice(0, 8)}`;
      const file = await saveImage(answer.image, this.#options.imageFolder, name);
      stdout.write(`image saved: ${file}\n`);
    }
    const [accepted, answered] = [answer.acceptedMs, answer.answeredMs].map(Math.round);
    const times = `(predict → Empty ${accepted} ms, → answer ${answered} ms)`;
    stdout.write(`${styleText("dim", times, { stream: stdout })}\n`);
  }

  #reportStray({ sessionID, messageID, answer }: modelAnswer): void {
    const ids = JSON.stringify({ sessionID, messageID });
    if (sessionID === this.#sessionID && messageID === "") {
      const problem = `The answer came without its messageID (${ids}); in the arena it would be lost: ${answer}`;
      this.#loseAnswer(new Error(problem));
    } else {
      const { stderr } = this.#terminal;
      const note = `An answer came that was not asked for here (${ids}). If the arena uses this container now, it has lost it.`;
      stderr.write(`${stderr.isTTY ? "\r\x1b[K" : ""}${printable(note)}\n`);
    }
  }
}
