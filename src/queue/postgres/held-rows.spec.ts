import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { postgresStores } from "../../../test/fixtures/postgres-stores.ts";
import { arrival, roomy } from "../../../test/fixtures/store-rows.ts";
import type { Claim } from "../stored/queue-store.ts";
import { Connections } from "./connections.ts";
import { HeldRows } from "./held-rows.ts";
import type { PostgresStore } from "./postgres-store.ts";

describe("HeldRows", () => {
  const stores = postgresStores();
  let store: PostgresStore;
  let connections: Connections;
  let held: HeldRows;
  const freed: string[] = [];

  beforeEach(async () => {
    store = await stores.open();
    const silent = { onMessage: () => {}, onReopened: () => {} };
    connections = new Connections({ url: stores.url, ...silent });
    freed.length = 0;
    held = new HeldRows({ connections, owner: "we", onFreed: (what) => freed.push(what) });
  });
  afterEach(() => connections.close());

  const columnOf = { running: "claim", delivering: "delivery" };

  /** A row that is claimed or taken, as late as it may be. */
  async function own(state: keyof typeof columnOf, token: string, owner = "we"): Promise<Claim> {
    const request = arrival(randomUUID());
    await store.insert([request], roomy, false);
    const [row] = await stores.query(
      `UPDATE arena_requests SET state = $2, owner = $3, ${columnOf[state]} = $4, attempts = 1,
        answer = '{}', outcome = 'OK', answered_at = 1, answer_order = 1
      WHERE arrival = $1 RETURNING id`,
      [request.arrival, state, owner, token],
    );
    return { row: Number(row?.["id"]), token };
  }
  async function look({ row }: Claim): Promise<unknown[]> {
    const [found] = await stores.query(
      "SELECT state, owner, attempts FROM arena_requests WHERE id = $1",
      [row],
    );
    assert.ok(found);
    return [found["state"], found["owner"], found["attempts"]];
  }

  it("frees what a statement got that nobody waited for any more, as if it had not happened", async () => {
    const claimed = await own("running", "late");
    const taken = await own("delivering", "late");
    await held.freeStrays();
    assert.deepEqual(await look(claimed), ["queued", null, 0]);
    assert.deepEqual(await look(taken), ["answered", null, 1]);
    assert.deepEqual(freed.toSorted(), ["answers", "requests"]);
  });

  it("leaves what is held alone until it has ended", async () => {
    const claimed = await own("running", "t");
    const taken = await own("delivering", "t");
    await held.gain("t", false, async () => [claimed, taken]);
    await held.freeStrays();
    assert.deepEqual(await look(claimed), ["running", "we", 1]);
    assert.deepEqual(await look(taken), ["delivering", "we", 1]);
    assert.deepEqual(freed, []);
    held.lose([claimed]);
    await held.freeStrays();
    assert.deepEqual(await look(claimed), ["queued", null, 0]);
    assert.deepEqual(await look(taken), ["delivering", "we", 1]);
  });

  it("holds what a call has got, and not what else came under its token", async () => {
    const got = await own("running", "t");
    const late = await own("running", "t");
    await held.gain("t", false, async () => [got]);
    await held.freeStrays();
    assert.deepEqual(await look(got), ["running", "we", 1]);
    assert.deepEqual(await look(late), ["queued", null, 0]);
  });

  it("leaves alone what a call has got that has not heard of it yet", async () => {
    await held.gain("t", false, async (token) => {
      const claimed = await own("running", token);
      await held.freeStrays();
      assert.deepEqual(await look(claimed), ["running", "we", 1]);
      return [claimed];
    });
  });

  it("frees what the failed attempts at a call have got before the next one", async () => {
    const failing = held.gain("t", false, () => Promise.reject(new Error("no connection")));
    await assert.rejects(failing, /no connection/);
    const late = await own("running", "t");
    await held.gain("t", true, async () => {
      assert.deepEqual(await look(late), ["queued", null, 0]);
      return [];
    });
  });

  it("never claims under the token of an attempt that may still happen", async () => {
    const tokens: string[] = [];
    for (const isRetry of [false, true, true]) {
      await held.gain("t", isRetry, async (token) => {
        tokens.push(token);
        return [];
      });
    }
    assert.equal(tokens[0], "t");
    assert.equal(new Set(tokens).size, 3);
  });

  it("leaves alone what others hold", async () => {
    const claimed = await own("running", "t", "they");
    await held.freeStrays();
    assert.deepEqual(await look(claimed), ["running", "they", 1]);
  });
});
