/** A part of the server that is started once and stopped once. */
export interface Part {
  readonly name: string;
  start?(): unknown;
  stop?(): unknown;
  /** After so long the others are stopped without it; without a limit it is waited for. */
  readonly stopTimeoutMs?: number;
}

/** How a lifecycle deals with parts that do not end. */
export interface LifecycleOptions {
  /** How long a stop waits for a start that is under way. */
  readonly startTimeoutMs: number;
  /** Told about parts that failed to stop, or did not do it in time. */
  readonly onStopError: (part: string, error: unknown) => void;
}

/** Starts parts in order and stops the started ones in reverse; a failing stop skips nothing. */
export class Lifecycle {
  readonly #parts: readonly Part[];
  readonly #options: LifecycleOptions;
  readonly #started: Part[] = [];
  #starting: Promise<unknown> | null = null;
  #stopping: Promise<void> | null = null;

  constructor(parts: readonly Part[], options: LifecycleOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  /**
   * Starts everything; false when it was stopped meanwhile. When a part fails,
   * those before it are stopped and its error is thrown.
   */
  async start(): Promise<boolean> {
    if (this.#starting !== null) throw new Error("start() must be called once");
    const starting = this.#startAll();
    this.#starting = starting;
    try {
      return await starting;
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

  async #startAll(): Promise<boolean> {
    for (const part of this.#parts) {
      if (this.#stopping !== null) return false;
      await part.start?.();
      this.#started.push(part);
    }
    return this.#stopping === null;
  }

  async #stopAll(): Promise<void> {
    // Whoever started them hears of a failing start; here it only has to be over.
    const started = Promise.resolve(this.#starting).catch(() => {});
    await this.#within(this.#options.startTimeoutMs, "start", started);
    for (const part of this.#started.toReversed()) {
      const stopped = Promise.resolve().then(() => part.stop?.());
      await this.#within(part.stopTimeoutMs, part.name, stopped);
    }
  }

  async #within(
    timeoutMs: number | undefined,
    name: string,
    work: Promise<unknown>,
  ): Promise<void> {
    const late = Promise.withResolvers<void>();
    const giveUp = () => late.reject(new Error(`not done within ${timeoutMs} ms`));
    const timer = timeoutMs === undefined ? undefined : setTimeout(giveUp, timeoutMs);
    try {
      await Promise.race([work, late.promise]);
    } catch (error) {
      this.#options.onStopError(name, error);
    } finally {
      clearTimeout(timer);
    }
  }
}
