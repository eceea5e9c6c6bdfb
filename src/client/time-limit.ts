import type { CallLimits } from "./unary-call.ts";

/**
 * Settles as `work` does, unless time is over or the signal aborts before.
 * `work` itself goes on: whoever started it must end it.
 * @throws what `onTimeout` returns, or the signal's reason
 */
export async function withinTime<T>(
  work: Promise<T>,
  limits: Required<CallLimits>,
  onTimeout: () => Error,
): Promise<T> {
  const { signal, timeoutMs } = limits;
  signal?.throwIfAborted();
  const { promise: over, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal?.reason);
  const timer = setTimeout(() => reject(onTimeout()), timeoutMs);
  signal?.addEventListener("abort", abort);
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}
