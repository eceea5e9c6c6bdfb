/** A part of the server that is started once and stopped once. */
export interface Part {
  readonly name: string;
  start?(): unknown;
  stop?(): unknown;
}

/** Starts parts in order and stops the started ones in reverse; a failing stop skips nothing. */
export class Lifecycle {
  readonly #parts: readonly Part[];
  readonly #onStopError: (part: string, error: unknown) => void;
  readonly #started: Part[] = [];
  #starting: Promise<void> = Promise.resolve();
  #stopping: Promise<void> | null = null;

  constructor(parts: readonly Part[], onStopError: (part: string, error: unknown) => void) {
    this.#parts = parts;
    this.#onStopError = onStopError;
  }

  /** Starts everything. When a part fails, those before it are stopped and its error is thrown. */
  async start(): Promise<void> {
    this.#starting = this.#startAll();
    try {
      await this.#starting;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Stops everything that was started; later calls wait for the first. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #startAll(): Promise<void> {
    for (const part of this.#parts) {
      if (this.#stopping !== null) return;
      await part.start?.();
      this.#started.push(part);
    }
  }

  async #stopAll(): Promise<void> {
    // Whoever started them hears of a failing start; here it only has to be over.
    await this.#starting.catch(() => {});
    for (const part of this.#started.toReversed()) {
      try {
        await part.stop?.();
      } catch (error) {
        this.#onStopError(part.name, error);
      }
    }
  }
}
