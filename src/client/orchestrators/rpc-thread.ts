/**
 * One thread of the platform's orchestrator: makes its calls one after the
 * other, and is dead for ever after the first that fails.
 */
export class RpcThread {
  readonly #onDeath: (error: unknown) => void;
  #isDead = false;
  #last: Promise<boolean> = Promise.resolve(true);

  constructor(onDeath: (error: unknown) => void) {
    this.#onDeath = onDeath;
  }

  /** Makes a call after those before it. False: the thread was dead, or died of it. */
  run(call: () => Promise<unknown>): Promise<boolean> {
    this.#last = this.#last.then(() => this.#call(call));
    return this.#last;
  }

  async #call(call: () => Promise<unknown>): Promise<boolean> {
    if (this.#isDead) return false;
    try {
      await call();
      return true;
    } catch (error) {
      this.#isDead = true;
      this.#onDeath(error);
      return false;
    }
  }
}
