/** When work is given up, and why. */
export interface Deadline {
  /** Milliseconds since 1970. */
  readonly deadline: number;
  readonly deadlineError: () => Error;
  /** Holds the work's controller while it runs, so that others can end it too. */
  readonly controllers: Set<AbortController>;
}

/**
 * Runs `work` with a signal that aborts at the deadline, or when somebody
 * aborts its controller, and rejects then with the reason, even if the work
 * does not listen to its signal.
 */
export async function withDeadline<Result>(
  { deadline, deadlineError, controllers }: Deadline,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const { signal } = controller;
  const timer = setTimeout(() => controller.abort(deadlineError()), deadline - Date.now());
  controllers.add(controller);
  try {
    return await new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      work(signal).then(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
    controllers.delete(controller);
  }
}
