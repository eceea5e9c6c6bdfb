/** Ends a command: 2 for a wrong command line, 1 for a world that is not as it has to be. The message holds the remedy. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: 1 | 2;

  constructor(exitCode: 1 | 2, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}
