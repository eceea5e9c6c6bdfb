import type { UnderWay } from "./under-way.ts";

/**
 * A client that has acknowledged nothing for so long may be gone without a word,
 * or only be frozen: its stream stays, and what it has goes to another stream.
 */
const giveUpMs = 40_000;

/** Looks after streams whose client is silent while another one could deliver. */
export class SilentStreams {
  readonly #open = new Set<UnderWay>();
  #timer: NodeJS.Timeout | null = null;

  /** A stream was opened. */
  add(stream: UnderWay): void {
    this.#open.add(stream);
    this.#giveUp();
  }

  /** A stream has ended. */
  remove(stream: UnderWay): void {
    this.#open.delete(stream);
    if (this.#open.size < 2) this.#rest();
  }

  /** Something was written: should it not be acknowledged, somebody has to notice. */
  watch(): void {
    if (this.#timer || this.#open.size < 2) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#giveUp();
    }, giveUpMs);
    this.#timer.unref();
  }

  #giveUp(): void {
    if (this.#open.size < 2) return;
    let isAnySilent = false;
    for (const stream of this.#open) {
      if (stream.silentMs >= giveUpMs) stream.giveUp();
      else isAnySilent ||= stream.silentMs > 0;
    }
    if (isAnySilent) this.watch();
  }

  #rest(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
