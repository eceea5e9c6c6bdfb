import assert from "node:assert/strict";
import { Collected } from "../../../test/fixtures/collected.ts";
import type { HoldingProxy } from "../../../test/fixtures/holding-proxy.ts";
import { postgresStores } from "../../../test/fixtures/postgres-stores.ts";
import { arrival, insist, roomy } from "../../../test/fixtures/store-rows.ts";
import type { QueueStore, StoreChange } from "../stored/queue-store.ts";
import { NotDoneError } from "../stored/store-errors.ts";

describe("A PostgresStore that fails to insert", () => {
  const stores = postgresStores();
  let link: HoldingProxy;
  let store: QueueStore;

  beforeEach(async () => {
    const opened = await stores.link();
    ({ link } = opened);
    store = await stores.open({ url: opened.url });
  });

  const rows = async () =>
    (await stores.query("SELECT message_id FROM arena_requests ORDER BY id")).map(
      (row) => row["message_id"],
    );
  async function failureOf(messageIDs: readonly string[]): Promise<unknown> {
    const arrivals = messageIDs.map((messageID) => arrival(messageID));
    return store.insert(arrivals, roomy, false).then(
      () => assert.fail("it was inserted"),
      (error: unknown) => error,
    );
  }
  /** What the database says to this insert gets lost. */
  async function loseReplyTo(messageID: string): Promise<unknown> {
    link.toClient.hold();
    const failure = failureOf([messageID]);
    while (!(await rows()).includes(messageID));
    link.cut();
    return failure;
  }

  it("says that nothing was done when it reaches nobody", async () => {
    link.refuse();
    link.cut();
    // The first one may go to a connection that is gone and does not know it.
    await failureOf(["1"]);
    const failure = await failureOf(["1"]);
    assert.ok(failure instanceof NotDoneError, String(failure));
    link.accept();
  });

  it("says that nothing was done when the database refuses, as a standby does", async () => {
    const { databaseName } = stores;
    await stores.query(`ALTER DATABASE ${databaseName} SET default_transaction_read_only = on`);
    link.cut();
    const failures = [await failureOf(["1"]), await failureOf(["1"])];
    await stores.query(`ALTER DATABASE ${databaseName} RESET default_transaction_read_only`);
    link.cut();
    const [refused] = failures.filter((error) => /read-only/.test(String(error)));
    assert.ok(refused instanceof NotDoneError, String(failures));
    assert.deepEqual(await rows(), []);
  });

  it("does not say so when the connection is lost with the reply", async () => {
    const failure = await loseReplyTo("1");
    assert.ok(failure instanceof Error && !(failure instanceof NotDoneError), String(failure));
    assert.deepEqual(await rows(), ["1"]);
  });

  it("tells others of a request that was taken unheard of when it is made again", async () => {
    const news = new Collected<StoreChange>();
    await stores.open({ onChange: (change) => news.add(change) });
    const first = arrival("1");
    link.toClient.hold();
    const lost = assert.rejects(store.insert([first], roomy, false));
    while (!(await rows()).includes("1"));
    link.cut();
    await lost;
    link.toClient.release();
    const before = news.items.length;
    const outcomes = await insist(() => store.insert([first], roomy, true));
    assert.deepEqual(outcomes, ["accepted"]);
    let place = 0;
    await news.find((change) => place++ >= before && change === "requests");
  });
});
