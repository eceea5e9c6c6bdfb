import type { Terminal } from "../../client/terminal.ts";

/** Says on a terminal how far it is; elsewhere it says nothing. */
export class Progress {
  readonly #stream: Terminal["stderr"];
  readonly #total: number;
  #isShown = false;

  constructor(stream: Terminal["stderr"], total: number) {
    this.#stream = stream;
    this.#total = total;
  }

  show(done: number): void {
    if (this.#stream.isTTY && done < this.#total) {
      this.#isShown = true;
      this.#stream.write(`\r\x1b[K${done}/${this.#total} replayed …`);
    }
  }

  /** Makes room for other lines. */
  clear(): void {
    if (this.#isShown) this.#stream.write("\r\x1b[K");
    this.#isShown = false;
  }
}
