// The thread of a SqliteStore: whatever waits for the disk waits here.
import {
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
  workerData,
} from "node:worker_threads";
import { collectWhenCalm } from "../../process/garbage-collection.ts";
import { FileInUseError } from "./file/file-lock.ts";
import { UnusableFileError } from "./file/open-store-file.ts";
import { ServedFile } from "./file/served-file.ts";
import { explainOpening } from "./sqlite-failure.ts";
import type { StoreCall, ThreadData, ThreadMessage, ThreadReply } from "./store-calls.ts";

if (parentPort) {
  collectWhenCalm();
  serve(parentPort, workerData);
}

function serve(port: MessagePort, data: ThreadData): void {
  const say = (reply: ThreadReply) => port.postMessage(reply);
  try {
    const file = new ServedFile(data, (event) => say({ kind: "event", event }));
    say({ kind: "open" });
    port.on("message", (first: ThreadMessage) => {
      const { calls, isLast } = gather(port, first);
      if (calls.length > 0) for (const reply of file.do(calls)) say(reply);
      if (!isLast) return;
      file.close();
      // Nothing else keeps this thread alive.
      port.close();
    });
  } catch (error) {
    say({ kind: "unusable", message: whyUnusable(data.file, error) });
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

function whyUnusable(file: string, error: unknown): string {
  return error instanceof FileInUseError || error instanceof UnusableFileError
    ? error.message
    : explainOpening(file, error);
}
