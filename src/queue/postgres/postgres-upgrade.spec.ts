import assert from "node:assert/strict";
import { insertAsBefore } from "../../../test/fixtures/earlier-builds.ts";
import { postgresStores } from "../../../test/fixtures/postgres-stores.ts";
import {
  answerAll,
  arrival,
  deliverAll,
  insert,
  roomy,
} from "../../../test/fixtures/store-rows.ts";
import type { PostgresStore } from "./postgres-store.ts";

describe("Replicas of a PostgresStore while a build takes the place of another one", () => {
  const stores = postgresStores();
  let store: PostgresStore;
  beforeEach(async () => {
    store = await stores.open();
  });

  const insertBefore = (form: 1 | 2, messageID: string) =>
    insertAsBefore(stores.query.bind(stores), form, arrival(messageID));
  async function deliver(): Promise<readonly (readonly [string, boolean])[]> {
    await answerAll(store);
    const taken = await deliverAll(store);
    return taken.map(({ messageID, repeated }) => [messageID, repeated] as const);
  }

  for (const form of [1, 2] as const) {
    it(`know what one before has taken whose keys have form ${form}`, async () => {
      for (const id of ["1", "2", ""]) assert.equal(await insertBefore(form, id), true);
      assert.deepEqual(await insert(store, "1", "3", "2", "2", ""), [
        ...["duplicate", "accepted", "duplicate", "duplicate", "accepted"],
      ]);
      assert.deepEqual(await deliver(), [
        ...[["1", false] as const, ["2", false] as const, ["", false] as const],
        ...[["3", false] as const, ["", false] as const],
      ]);
    });

    it(`deliver once more, and once, what one before has taken whose keys have form ${form}`, async () => {
      await insertBefore(form, "1");
      await deliver();
      const again = arrival("1");
      assert.deepEqual(await store.insert([again], roomy, false), ["duplicate"]);
      assert.deepEqual(await deliver(), [["1", true]]);
      assert.deepEqual(await store.insert([again], roomy, true), ["duplicate"]);
      assert.deepEqual(await deliver(), []);
    });

    it(`know it as well where nothing else finds room, form ${form}`, async () => {
      await insertBefore(form, "1");
      const full = { ...roomy, maxSize: 1 };
      const outcomes = await store.insert([arrival("1"), arrival("2")], full, false);
      assert.deepEqual(outcomes, ["duplicate", "full"]);
    });
  }

  it("take what the build before knows by the same key", async () => {
    await insert(store, "1");
    assert.equal(await insertBefore(2, "1"), false);
  });
});
