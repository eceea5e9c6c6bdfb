/** One thing that is wrong in the configuration, and what to do about it. */
export interface ConfigurationProblem {
  /** The variable, option or file that is wrong. */
  readonly name: string;
  /** What was expected, what came, and the remedy. Never holds a secret. */
  readonly message: string;
}

/** The server cannot start with this configuration: all the problems at once, exit code 78. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  readonly problems: readonly ConfigurationProblem[];

  constructor(problems: readonly ConfigurationProblem[], options?: ErrorOptions) {
    const lines = problems.map((problem) => `  ✖ ${problem.name}: ${problem.message}`);
    super(`The configuration has ${problems.length} problem(s):\n${lines.join("\n")}`, options);
    this.problems = problems;
  }
}
