import assert from "node:assert/strict";
import type {
  ClaimedRow,
  QueueStore,
  QueueStoreOptions,
} from "../../src/queue/stored/queue-store.ts";
import { answerRows, arrival, idsOf, insert, roomy } from "../fixtures/store-rows.ts";

/** What every store proves whose sessions run their requests one after the other. */
export function describeSerialSessions(
  open: (options: Partial<QueueStoreOptions>) => Promise<QueueStore>,
): void {
  describe("of serial sessions", () => {
    let store: QueueStore;
    let claims = 0;
    beforeEach(async () => {
      store = await open({ isSerial: true });
    });

    /** `b2` is the session `b` and the message `2`. */
    const insertNamed = (...names: readonly string[]) => {
      const arrivals = names.map((name) => arrival(name.slice(1), { sessionID: name.slice(0, 1) }));
      return store.insert(arrivals, roomy, false);
    };
    const namesOf = (rows: readonly ClaimedRow[]) =>
      rows.map(({ request }) => request.sessionID + request.messageID);
    const claim = (limit: number) => store.claim("due", `token ${claims++}`, limit, false);
    const answer = (rows: readonly ClaimedRow[]) => answerRows(store, rows);

    it("claims the oldest whose turn it is, whenever their session's turn passed", async () => {
      await insertNamed("a1", "a2", "b1", "c1", "b2");
      const first = await claim(2);
      assert.deepEqual(namesOf(first), ["a1", "b1"]);
      await answer(first);
      assert.deepEqual(namesOf(await claim(1)), ["a2"]);
      await insertNamed("d1", "a3");
      assert.deepEqual(namesOf(await claim(9)), ["c1", "b2", "d1"]);
    });

    it("orders also what came while the sessions were not serial", async () => {
      store = await open({ isSerial: false });
      await insert(store, "1", "2");
      store = await open({ isSerial: true });
      assert.deepEqual(idsOf(await claim(9)), ["1"]);
    });

    it("keeps a request's place when it is given back", async () => {
      await insertNamed("a1", "a2", "b1");
      const first = await claim(1);
      assert.deepEqual(namesOf(await claim(9)), ["b1"]);
      await store.giveBack(first);
      assert.deepEqual(namesOf(await claim(9)), ["a1"]);
    });

    it("goes on behind a late request once that one is claimed as late", async () => {
      const late = arrival("1", { sessionID: "a", deadline: Date.now() - 1 });
      await store.insert([late], roomy, false);
      await insertNamed("a2");
      assert.deepEqual(await claim(9), []);
      await store.claim("expired", "late", 9, false);
      assert.deepEqual(namesOf(await claim(9)), ["a2"]);
    });

    it("claims each session's requests in order, once, whatever the order of calls", async () => {
      const sessions = ["a", "b", "c", "d", "e"];
      await insertNamed(...Array.from({ length: 60 }, (_, n) => `${sessions[(n * n) % 5]}${n}`));
      const seen = new Map<string, number>();
      let running: readonly ClaimedRow[] = [];
      for (let round = 0; ; round++) {
        const claimed = await claim((round % 3) + 1);
        if (claimed.length === 0 && running.length === 0) break;
        for (const { request } of claimed) {
          const number = Number(request.messageID);
          assert.ok((seen.get(request.sessionID) ?? -1) < number);
          assert.ok(running.every((other) => other.request.sessionID !== request.sessionID));
          seen.set(request.sessionID, number);
        }
        running = [...running, ...claimed];
        await answer(running.slice(0, (round % 2) + 1));
        running = running.slice((round % 2) + 1);
      }
      assert.equal((await store.stats()).undelivered, 60);
    });
  });
}
