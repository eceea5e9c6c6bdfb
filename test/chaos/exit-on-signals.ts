/**
 * Makes a signal end this process by its exit, so that those who listen to that
 * can end what it started. A signal alone would leave it all behind.
 */
export function exitOnSignals(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => process.exit(130));
  }
}
