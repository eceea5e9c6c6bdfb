import type { FileEvent } from "../store-calls.ts";

/** How often somebody looks whether there is room again: no disk tells. */
const lookAgainMs = 1000;

/** Knows whether the disk is too full for new rows, and finds out when it is no longer. */
export class Fullness {
  readonly #tell: (event: FileEvent) => void;
  readonly #hasRoom: () => boolean;
  #timer: NodeJS.Timeout | null = null;

  constructor(tell: (event: FileEvent) => void, hasRoom: () => boolean) {
    this.#tell = tell;
    this.#hasRoom = hasRoom;
  }

  get isNow(): boolean {
    return this.#timer !== null;
  }

  /** Something found no room. */
  begin(message: string): void {
    if (this.#timer !== null) return;
    this.#tell({ name: "full", message });
    this.#timer = setInterval(() => this.#look(), lookAgainMs).unref();
  }

  /** Something found room. */
  end(): void {
    if (this.#timer === null) return;
    this.stop();
    this.#tell({ name: "room" });
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #look(): void {
    try {
      if (this.#hasRoom()) this.end();
    } catch {
      // As long as that fails there is none.
    }
  }
}
