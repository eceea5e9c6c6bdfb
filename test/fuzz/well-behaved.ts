import { setTimeout as sleep } from "node:timers/promises";
import { toAnswerText } from "../../src/data-models/answer-text.ts";
import { deferred } from "../fixtures/deferred.ts";
import { chat } from "../fixtures/questions.ts";
import { WireClient, type WireStream } from "../fixtures/wire-client.ts";
import type { Answers } from "./answers.ts";
import { participantsWord } from "./fuzz-calls.ts";

/** Questions that it has asked at once. */
const underWay = 2;
/** Between an answer and the next question, which leaves the server to the others. */
const pauseMs = 20;

/**
 * Behaves as the arena's orchestrator does, beside all the others: it asks one
 * question after the other, and reads the answers to everybody's questions.
 */
export class WellBehavedClient implements AsyncDisposable {
  /** Questions that were answered, with what they asked for. */
  served = 0;
  /** What went wrong, as lines for people. */
  readonly wrong: string[] = [];
  readonly #calls: WireClient;
  readonly #reader: WireClient;
  readonly #answers: Answers;
  readonly #closing = deferred();
  #isAsking = false;
  #isClosed = false;
  #asked = 0;
  #running: readonly Promise<void>[] = [];

  constructor(address: string, answers: Answers) {
    this.#calls = new WireClient(address);
    this.#reader = new WireClient(address);
    this.#answers = answers;
  }

  /** Reads answers, and asks until it is stopped. */
  async start(): Promise<void> {
    const stream = this.#reader.answers();
    await stream.opened;
    this.#isAsking = true;
    const asking = Array.from({ length: underWay }, async () => {
      while (this.#isAsking) {
        await this.ask();
        await sleep(pauseMs);
      }
    });
    this.#running = [this.#read(stream), ...asking];
  }

  /** Asks a question, and resolves with its messageID when the answer is there, or when it is closed. */
  async ask(): Promise<string> {
    const messageID = `well-behaved ${this.#asked++}`;
    const words = `${participantsWord} asked by a client that does no harm, ${messageID}`;
    const answer = toAnswerText({ text: `echo: ${words}` });
    const question = { sessionID: "well-behaved", messageID, answer };
    this.#answers.asked(messageID, question);
    const request = { ...question, request: chat(words), modelID: "echo" };
    const { code, details } = await this.#calls.predict(request);
    if (code !== "OK") {
      this.wrong.push(`${messageID}: predict ended with ${code}, ${details}`);
      return messageID;
    }
    this.#answers.accepted(question);
    const isAnswered = this.#answers.arrival(question).then(() => true);
    if (await Promise.race([isAnswered, this.#closing.promise])) this.served++;
    return messageID;
  }

  /** Asks nothing more, and reads on until the server ends that. */
  stop(): void {
    this.#isAsking = false;
    this.#isClosed = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    this.#closing.resolve();
    this.#calls[Symbol.dispose]();
    this.#reader[Symbol.dispose]();
    await Promise.all(this.#running);
  }

  async #read(stream: WireStream): Promise<void> {
    for (let count = 1; ; count++) {
      try {
        await stream.reached(count);
      } catch (error) {
        if (!this.#isClosed) this.wrong.push(`its stream of answers ended: ${error}`);
        return;
      }
      const answer = stream.items[count - 1];
      if (answer) this.#answers.arrived("beside", answer);
    }
  }
}
