/** Where time comes from: the machine, or a test. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once, not before `delayMs`; returns what calls it off. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The longest delay that a timer takes. */
const maxMs = 2_147_483_647;

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, Math.min(delayMs, maxMs));
    return () => clearTimeout(timer);
  },
};

/** Resolves after this time. @throws the signal's reason as soon as it aborts */
export async function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const callOff = clock.after(delayMs, resolve);
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    await promise;
  } finally {
    callOff();
    signal.removeEventListener("abort", abort);
  }
}
