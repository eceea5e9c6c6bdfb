import { postgresStore, postgresStores } from "../../../test/fixtures/postgres-stores.ts";
import { openStoredQueue } from "../../../test/fixtures/stored-queues.ts";
import { describeRequestQueue } from "../../../test/suites/request-queue.ts";

describe("the queue on Postgres", () => {
  const stores = postgresStores();

  describeRequestQueue("PostgresQueue", {
    create: (options) =>
      openStoredQueue(options, (storeOptions) => postgresStore(stores.url, storeOptions)),
    dispose: (queue) => queue.stop(),
  });
});
