import { sqliteFiles, sqliteStore } from "../../../test/fixtures/sqlite-files.ts";
import { openStoredQueue } from "../../../test/fixtures/stored-queues.ts";
import { describeRequestQueue } from "../../../test/suites/request-queue.ts";

describe("the queue in a file", () => {
  const files = sqliteFiles();

  describeRequestQueue("SqliteQueue", {
    create: (options) =>
      openStoredQueue(options, (storeOptions) => sqliteStore(files.file(), storeOptions)),
    dispose: (queue) => queue.stop(),
  });
});
