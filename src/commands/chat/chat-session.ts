import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { styleText } from "node:util";
import { ArenaClient, type TimedAnswer } from "../../client/arena-client.ts";
import type { ConnectionOptions } from "../../client/connection.ts";
import type { Message, MessagePart } from "../../data-models/task.ts";
import type { modelAnswer } from "../../generated/model.ts";
import { withoutFullStop } from "../../text/full-stop.ts";
import { printable } from "../../text/printable.ts";
import { CommandError, type Terminal } from "../command.ts";

/** What was said so far, as a task would send it with each request. */
class Conversation {
  readonly #system: readonly Message[];
  #messages: readonly Message[] = [];

  /** @param system the system message that stands before everything else */
  constructor(system: string | undefined) {
    this.#system = system === undefined ? [] : [{ role: "system", content: system }];
  }

  /** The conversation with one more thing that the person says; `images` are URLs. */
  with(text: string, images: readonly string[]): readonly Message[] {
    const parts: MessagePart[] = images.map((url) => ({ type: "image_url", image_url: { url } }));
    const content = images.length === 0 ? text : [{ type: "text" as const, text }, ...parts];
    return [...this.#system, ...this.#messages, { role: "user", content }];
  }

  /** Goes on from these messages and the model's answer to them. */
  continue(messages: readonly Message[], answer: string): void {
    const said = messages.slice(this.#system.length);
    this.#messages = [...said, { role: "assistant", content: answer }];
  }

  /** Forgets everything but the system message. */
  reset(): void {
    this.#messages = [];
  }
}

/** How an image file is called, and what its data URL says. */
interface ImageFormat {
  readonly extension: string;
  readonly mediaType: string;
}

const FORMATS: ReadonlyArray<ImageFormat & { readonly magic: RegExp }> = [
  { extension: "png", mediaType: "image/png", magic: /^\x89PNG/ },
  { extension: "jpg", mediaType: "image/jpeg", magic: /^\xff\xd8\xff/ },
  { extension: "gif", mediaType: "image/gif", magic: /^GIF8/ },
  { extension: "webp", mediaType: "image/webp", magic: /^RIFF.{4}WEBP/s },
];

/** Recognises an image by its first bytes; undefined when it is none that models take. */
function imageFormat(bytes: Buffer): ImageFormat | undefined {
  const start = bytes.toString("latin1", 0, 16);
  return FORMATS.find(({ magic }) => magic.test(start));
}

/** What a chat needs to know. */
interface ChatOptions {
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

/** Reads an image as a data URL. @throws CommandError when it cannot be read or is no image */
async function readImage(file: string): Promise<string> {
  const bytes = await readFile(file).catch((error: Error) => {
    throw new CommandError(
      1,
      `Cannot read the image ${file} (${withoutFullStop(error.message)}). Check the path.`,
    );
  });
  const format = imageFormat(bytes);
  if (!format) {
    throw new CommandError(
      1,
      `${file} is no image that models take; give a PNG, JPEG, GIF or WebP.`,
    );
  }
  return `data:${format.mediaType};base64,${bytes.toString("base64")}`;
}

/** Saves an answer's image (base64, or a data URL) in `folder` and returns the path. @throws CommandError */
async function saveImage(image: string, folder: string, name: string): Promise<string> {
  const bytes = Buffer.from(image.replace(/^data:[^,]*,/, ""), "base64");
  const file = resolve(join(folder, `${name}.${imageFormat(bytes)?.extension ?? "bin"}`));
  await writeFile(file, bytes).catch((error: Error) => {
    throw new CommandError(
      1,
      `Cannot save the image (${withoutFullStop(error.message)}). Give another --images.`,
    );
  });
  return file;
}

/** Counts seconds on a terminal until the returned function is called; elsewhere it shows nothing. */
function showWaiting(output: Terminal["stdout"]): () => void {
  if (!output.isTTY) return () => {};
  let seconds = 0;
  const draw = () => output.write(`\r\x1b[Kwaiting ${seconds} s`);
  draw();
  const timer = setInterval(() => {
    seconds += 1;
    draw();
  }, 1000);
  return () => {
    clearInterval(timer);
    output.write("\r\x1b[K");
  };
}
