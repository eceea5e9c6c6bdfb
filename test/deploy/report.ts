import { inspect } from "node:util";

/** Runs checks, prints a line for each, and counts them. */
export class Report {
  #passed = 0;
  #failed = 0;

  /** Returns what the check returns, or undefined when it failed. */
  async check<Result>(
    title: string,
    examine: () => Result | Promise<Result>,
  ): Promise<Result | undefined> {
    try {
      const result = await examine();
      this.#passed++;
      process.stdout.write(`ok ${title}\n`);
      return result;
    } catch (error) {
      this.#failed++;
      const reason = error instanceof Error ? error.message : inspect(error);
      process.stdout.write(`not ok ${title}\n${reason.replaceAll(/^/gm, "    ")}\n`);
      return undefined;
    }
  }

  /** Prints the last line and returns the exit code. */
  end(): number {
    process.stdout.write(`${this.#passed} passed, ${this.#failed} failed\n`);
    return this.#failed === 0 ? 0 : 1;
  }
}
