import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RecordingLogger } from "../../../test/fixtures/recording-logger.ts";
import { describeRequestQueue } from "../../../test/suites/request-queue.ts";
import { StoredQueue } from "../stored/stored-queue.ts";
import { SqliteStore } from "./sqlite-store.ts";

let folder: string;

describeRequestQueue("SqliteQueue", {
  create: async ({ maxSize, sessionOrder, maxUndelivered }) => {
    folder = await mkdtemp(join(tmpdir(), "arena-queue-"));
    const isSerial = sessionOrder === "serial";
    const queue = new StoredQueue({
      maxSize,
      maxUndelivered,
      isSerial,
      logger: new RecordingLogger(),
      createStore: (onChange) =>
        new SqliteStore({
          file: join(folder, "queue.sqlite"),
          durability: "process",
          modelID: "m",
          maxSize,
          maxUndelivered,
          isSerial,
          retentionMs: 60_000,
          retentionBytes: 2 ** 30,
          leaseMs: 60_000,
          onChange,
        }),
    });
    await queue.start();
    return queue;
  },
  dispose: async (queue) => {
    await queue.stop();
    await rm(folder, { recursive: true });
  },
});
