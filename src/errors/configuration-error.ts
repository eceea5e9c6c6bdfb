import { withoutPastedKeys } from "./shown-text.ts";

/** One thing that is wrong in the configuration, and what to do about it. */
export interface ConfigurationProblem {
  /** The variable, option or file that is wrong. */
  readonly name: string;
  /** What was expected, what came, and the remedy. Never holds a secret. */
  readonly message: string;
}

/**
 * The server cannot start with this configuration: all the problems at once,
 * exit code 78. What looks like a key is in none of them.
 */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  readonly problems: readonly ConfigurationProblem[];

  constructor(problems: readonly ConfigurationProblem[], options?: ErrorOptions) {
    const shown = problems.map(({ name, message }) => ({
      name: withoutPastedKeys(name),
      message: withoutPastedKeys(message),
    }));
    const lines = shown.map(({ name, message }) => `  ✖ ${name}: ${message}`);
    super(`The configuration has ${problems.length} problem(s):\n${lines.join("\n")}`, options);
    this.problems = shown;
  }
}
