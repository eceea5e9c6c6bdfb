import { question } from "../fixtures/questions.ts";
import { WireClient, type WireStream } from "../fixtures/wire-client.ts";

/** How often requests are sent: several at a time, so that timers need not be exact. */
const tickMs = 20;
/** A session's conversation is about this long. */
const perSession = 20;

/** Sends so many requests a second, whatever comes back, and counts what does. */
export class SteadyLoad implements AsyncDisposable {
  readonly #calls: WireClient;
  readonly #streams: WireClient;
  readonly #stream: WireStream;
  readonly #begin = performance.now();
  readonly #perSecond: number;
  readonly #timer: NodeJS.Timeout;
  readonly #prefix: string;
  #sent = 0;
  #errors = 0;

  constructor(address: string, perSecond: number) {
    this.#perSecond = perSecond;
    this.#prefix = address;
    this.#calls = new WireClient(address);
    this.#streams = new WireClient(address);
    this.#stream = this.#streams.answers();
    this.#timer = setInterval(() => this.#send(), tickMs);
  }

  /** How many answers are due: a load that the system cannot bear shows here. */
  get owed(): number {
    return this.#sent - this.#stream.items.length;
  }

  get sent(): number {
    return this.#sent;
  }

  /** Calls and answers that were no success. */
  get errors(): number {
    return this.#errors + this.#stream.items.filter(({ json }) => json.error).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#stream.cancel();
    await this.#stream.ended;
    this.#calls[Symbol.dispose]();
    this.#streams[Symbol.dispose]();
  }

  #send(): void {
    const due = ((performance.now() - this.#begin) / 1000) * this.#perSecond;
    while (this.#sent < due) {
      const number = this.#sent++;
      const sessionID = `${this.#prefix} ${Math.floor(number / perSession)}`;
      const request = question(`message ${number}`, { modelID: "chaos", sessionID });
      void this.#calls.predict(request).then(({ code }) => {
        if (code !== "OK") this.#errors++;
      });
    }
  }
}
