import assert from "node:assert/strict";
import type { HoldingProxy } from "../../../test/fixtures/holding-proxy.ts";
import { postgresStores } from "../../../test/fixtures/postgres-stores.ts";
import {
  answerAll,
  answerOf,
  arrival,
  claimOne,
  insist,
  roomy,
} from "../../../test/fixtures/store-rows.ts";
import type { PostgresStore } from "./postgres-store.ts";

describe("A PostgresStore whose commits come late", () => {
  const stores = postgresStores();
  let link: HoldingProxy;
  let store: PostgresStore;

  /** What is claimed or taken of the message "late" is committed only when nobody has the lock. */
  before(async () => {
    await stores.query(`CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END $$`);
    await stores.query(`CREATE CONSTRAINT TRIGGER wait AFTER UPDATE ON arena_requests
      DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
      WHEN (NEW.message_id = 'late' AND NEW.state IN ('running', 'delivering'))
      EXECUTE FUNCTION wait()`);
  });
  beforeEach(async () => {
    const opened = await stores.link();
    ({ link } = opened);
    store = await stores.open({ url: opened.url, isSerial: true });
  });
  afterEach(() => stores.query("SELECT pg_advisory_unlock_all()"));

  /** Makes a call that is cut off while it is being committed; what it returns lets the commit end. */
  async function cutOff(call: () => Promise<unknown>): Promise<() => Promise<void>> {
    await stores.query("SELECT pg_advisory_lock(1)");
    const cut = assert.rejects(call());
    await stores.until("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted");
    link.cut();
    await cut;
    return async () => {
      await stores.query("SELECT pg_advisory_unlock(1)");
      // Whoever wants the row waits for the end of what is being committed.
      await stores.query("SELECT FROM arena_requests WHERE message_id = 'late' FOR UPDATE");
    };
  }
  const arrivals = () => [
    arrival("late", { sessionID: "late" }),
    arrival("2", { sessionID: "2" }),
    arrival("next", { sessionID: "late" }),
  ];

  it("lets requests run that were claimed after the claim was made again", async () => {
    await store.insert(arrivals(), roomy, false);
    const commit = await cutOff(() => store.claim("due", "t", 1, false));
    const [other] = await insist(() => store.claim("due", "t", 1, true));
    assert.equal(other?.request.messageID, "2");
    await commit();
    await store.sweep();
    const late = await claimOne(store, "new");
    assert.deepEqual([late.request.messageID, late.attempt], ["late", 1]);
    assert.deepEqual(await store.answer([answerOf(late), answerOf(other)], false), [true, true]);
    assert.equal((await claimOne(store, "newer")).request.messageID, "next");
  });

  it("delivers answers that were taken after the take was made again", async () => {
    const away = await stores.open();
    await away.insert(arrivals(), roomy, false);
    await answerAll(away, "waiting");
    const commit = await cutOff(() => store.take("t", 1, false));
    const [other] = await insist(() => store.take("t", 1, true));
    assert.equal(other?.messageID, "2");
    await commit();
    await store.sweep();
    const [late] = await away.take("t", 1, false);
    assert.equal(late?.messageID, "late");
  });
});
