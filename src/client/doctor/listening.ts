import type { modelAnswer } from "../../generated/model.ts";
import type { StreamEnd } from "../answer-stream.ts";
import type { ArenaClient } from "../arena-client.ts";

/** How often a stream that ended before it brought anything is opened again. */
const FRUITLESS_OPENINGS = 10;

/**
 * The doctor's ear: keeps a `sendPrediction` open, opens it again whatever ends
 * it (a real orchestrator would not), and remembers each end that it did not
 * cause.
 */
export class Listening {
  readonly #ends: StreamEnd[] = [];
  readonly #closing = new AbortController();
  readonly #opened = Promise.withResolvers<void>();
  readonly #done: Promise<void>;

  constructor(client: ArenaClient, onAnswer: (answer: modelAnswer) => void) {
    this.#done = this.#listen(client, onAnswer);
  }

  /** Settles when the container has said that the first stream is open; some say nothing. */
  get opened(): Promise<void> {
    return this.#opened.promise;
  }

  /** How the container ended the stream, each time that it did. */
  get ends(): readonly StreamEnd[] {
    return this.#ends;
  }

  /** Cancels the stream at once; the promise settles when nothing more can come on it. */
  close(): Promise<void> {
    this.#closing.abort();
    return this.#done;
  }

  async #listen(client: ArenaClient, onAnswer: (answer: modelAnswer) => void): Promise<void> {
    const { signal } = this.#closing;
    for (let fruitless = 0; fruitless < FRUITLESS_OPENINGS && !signal.aborted; fruitless += 1) {
      const stream = client.answers(signal);
      void stream.opened.then(this.#opened.resolve);
      try {
        for await (const answer of stream) {
          fruitless = 0;
          onAnswer(answer);
        }
      } catch {
        // `ended` says how.
      }
      const end = await stream.ended;
      if (!signal.aborted) this.#ends.push(end);
    }
  }
}
