import assert from "node:assert/strict";
import { postgresStores } from "../../../test/fixtures/postgres-stores.ts";
import { answerAll, arrival, insert, roomy } from "../../../test/fixtures/store-rows.ts";
import { maxBytesAtOnce } from "../stored/queue-store.ts";

describe("A PostgresStore with long rows", () => {
  const stores = postgresStores();

  it("leaves to others what is too much for one claim", async () => {
    const [one, other] = [await stores.open(), await stores.open()];
    const long = ["1", "2"].map((messageID) => arrival(messageID, { bytes: maxBytesAtOnce }));
    await one.insert(long, roomy, false);
    assert.equal((await one.claim("due", "t", 9, false)).length, 1);
    assert.equal((await other.claim("due", "t", 9, false)).length, 1);
  });

  it("asks for one row when it asks again, as several may have been too much", async () => {
    const store = await stores.open();
    await insert(store, "1", "2", "3");
    const [first, ...more] = await store.claim("due", "t", 9, true);
    assert.deepEqual([first?.request.messageID, more], ["1", []]);
    assert.equal(await answerAll(store), 2);
    assert.equal((await store.take("t", 9, true)).length, 1);
    assert.equal((await store.take("rest", 9, false)).length, 1);
  });
});
