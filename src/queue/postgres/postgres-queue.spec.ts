import pg from "pg";
import { firstPostgresTimeoutMs, sharedPostgres } from "../../../test/fixtures/postgres.ts";
import { RecordingLogger } from "../../../test/fixtures/recording-logger.ts";
import { describeRequestQueue } from "../../../test/suites/request-queue.ts";
import { StoredQueue } from "../stored/stored-queue.ts";
import { PostgresStore } from "./postgres-store.ts";

describe("the queue on Postgres", () => {
  let url: string;
  let admin: pg.Client;

  before(async function () {
    this.timeout(firstPostgresTimeoutMs);
    url = await (await sharedPostgres()).createDatabase();
    admin = new pg.Client(url);
    await admin.connect();
  });
  after(() => admin.end());

  describeRequestQueue("PostgresQueue", {
    create: async ({ maxSize, sessionOrder, maxUndelivered }) => {
      const { rows } = await admin.query("SELECT to_regclass('arena_requests') AS name");
      if (rows[0]?.name !== null) await admin.query("DELETE FROM arena_requests");
      const isSerial = sessionOrder === "serial";
      const queue = new StoredQueue({
        maxSize,
        maxUndelivered,
        isSerial,
        logger: new RecordingLogger(),
        createStore: (onChange) =>
          new PostgresStore({
            url,
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
    dispose: (queue) => queue.stop(),
  });
});
