import type { ServerProcess } from "../fixtures/server-process.ts";

/** However this process ends, the other one does, too. */
export function endWithThisProcess(started: ServerProcess): void {
  const end = () => started.kill("SIGKILL");
  process.on("exit", end);
  void started.exited.then(() => process.off("exit", end));
}
