import { ConfigurationError, type ConfigurationProblem } from "../errors/arena-error.ts";

/** Problems of several parts, which are told together. */
export class CollectedProblems {
  readonly #problems: ConfigurationProblem[] = [];

  add(name: string, message: string): void {
    this.#problems.push({ name, message });
  }

  /** What `work` returns; undefined when it ends with a ConfigurationError, which is kept. */
  try<Result>(work: () => Result): Result | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      this.#problems.push(...error.problems);
      return undefined;
    }
  }

  /** @throws ConfigurationError with all of them, if there are any */
  throwIfAny(): void {
    if (this.#problems.length > 0) throw new ConfigurationError(this.#problems);
  }
}
