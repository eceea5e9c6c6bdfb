// The thread of a SqliteStore: whatever waits for the disk waits here.
import {
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
  workerData,
} from "node:worker_threads";
import { isOfData } from "../data-error.ts";
import { FileInUseError } from "./file-lock.ts";
import { openStoreFile, UnusableFileError } from "./open-store-file.ts";
import { explainFailure, explainOpening } from "./sqlite-failure.ts";
import type { StoreCall, ThreadData, ThreadMessage, ThreadReply } from "./store-calls.ts";
import { StoreRows } from "./store-rows.ts";

if (parentPort) serve(parentPort, workerData);

function serve(port: MessagePort, data: ThreadData): void {
  const say = (reply: ThreadReply) => port.postMessage(reply);
  try {
    const { rows, close } = open(data);
    say({ kind: "open" });
    port.on("message", (first: ThreadMessage) => {
      const { calls, isLast } = gather(port, first);
      if (calls.length > 0) for (const reply of run(rows, calls, data.file)) say(reply);
      if (!isLast) return;
      close();
      // Nothing else keeps this thread alive.
      port.close();
    });
  } catch (error) {
    say({ kind: "unusable", message: whyUnusable(data.file, error) });
  }
}

function open({ file, durability, options, freesRows }: ThreadData) {
  const { database, lock } = openStoreFile(file, durability);
  const release = () => {
    database.close();
    lock.release();
  };
  try {
    const rows = new StoreRows(database, options);
    if (freesRows) rows.run([{ name: "free" }]);
    return { rows, close: () => freeAndClose(rows, release) };
  } catch (error) {
    release();
    throw error;
  }
}

function freeAndClose(rows: StoreRows, release: () => void): void {
  try {
    rows.run([{ name: "free" }]);
  } catch {
    // The next start frees it.
  } finally {
    release();
  }
}

/** Everything that has come meanwhile goes into one transaction. */
function gather(port: MessagePort, first: ThreadMessage) {
  const calls: StoreCall[] = [];
  let next: ThreadMessage | undefined = first;
  while (next !== undefined && next !== "close") {
    for (const call of next) calls.push(call);
    next = receiveMessageOnPort(port)?.message;
  }
  return { calls, isLast: next === "close" };
}

function run(rows: StoreRows, calls: readonly StoreCall[], file: string): readonly ThreadReply[] {
  try {
    return [{ kind: "done", ...rows.run(calls) }];
  } catch (error) {
    const isDataAtFault = isOfData(error);
    // What one call carries must not keep the others from what they want.
    if (isDataAtFault && calls.length > 1) return calls.flatMap((call) => run(rows, [call], file));
    const message = explainFailure(file, error);
    return [{ kind: "failed", count: calls.length, message, isOfData: isDataAtFault }];
  }
}

function whyUnusable(file: string, error: unknown): string {
  return error instanceof FileInUseError || error instanceof UnusableFileError
    ? error.message
    : explainOpening(file, error);
}
