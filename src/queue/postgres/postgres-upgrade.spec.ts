import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { postgresStores } from "../../../test/fixtures/postgres-stores.ts";
import { arrival, roomy } from "../../../test/fixtures/store-rows.ts";
import type { Answer, QueuedRequest } from "../request-queue.ts";
import type { Arrival } from "../stored/queue-store.ts";
import type { PostgresStore } from "./postgres-store.ts";

describe("Replicas of a PostgresStore while a build takes the place of another one", () => {
  const stores = postgresStores();
  const ok: Answer = { text: '{"text":"yes","image":null}', outcome: "OK" };
  let store: PostgresStore;
  beforeEach(async () => {
    store = await stores.open();
  });

  /** By which earlier builds know a request, as they wrote it. */
  const formsBefore = {
    1: ({ modelID, sessionID, messageID }: QueuedRequest) =>
      hash(
        "sha256",
        [modelID, sessionID, messageID].map((id) => `${id.length}:${id}`).join(),
        "base64url",
      ),
    2: ({ modelID, sessionID, messageID }: QueuedRequest) => {
      const session = hash("sha256", `${modelID.length}:${modelID}${sessionID}`, "buffer");
      return `${session.toString("base64url", 0, 16)}=${messageID}`;
    },
  };
  /** A build that knows this form takes a request; false if it has it. */
  async function insertAsBefore(
    form: keyof typeof formsBefore,
    { arrival: name, request }: Arrival,
  ): Promise<boolean> {
    const { modelID, sessionID, messageID, input, bytes, receivedAt, deadline } = request;
    const session = hash("sha256", sessionID, "buffer").toString("base64url", 0, 16);
    const key = messageID === "" ? name : formsBefore[form](request);
    const values = [modelID, key, name, sessionID, messageID, session, JSON.stringify(input)];
    const inserted = await stores.query(
      `INSERT INTO arena_requests (state, model_id, request_key, arrival, session_id, message_id,
        session_key, request, bytes, received_at, deadline)
      SELECT 'queued', $1, $2, $3, $4, $5, $6, $7, $8::integer, $9::bigint, $10::bigint
      WHERE NOT EXISTS (SELECT FROM arena_forgotten f WHERE f.arrival = $3)
      ON CONFLICT (request_key) DO NOTHING RETURNING id`,
      [...values, bytes, receivedAt, deadline],
    );
    return inserted.length === 1;
  }
  async function deliver(): Promise<readonly (readonly [string, boolean])[]> {
    const rows = await store.claim("due", "claim", 9, false);
    const answers = rows.map(({ row, token }) => ({ row, token, answer: ok, answeredAt: 1 }));
    await store.answer(answers, false);
    const taken = await store.take("take", 9, false);
    await store.done(taken, Date.now());
    return taken.map(({ messageID, repeated }) => [messageID, repeated] as const);
  }

  for (const form of [1, 2] as const) {
    it(`know what one before has taken whose keys have form ${form}`, async () => {
      for (const one of [arrival("1"), arrival("2"), arrival("")]) {
        assert.equal(await insertAsBefore(form, one), true);
      }
      const again = [arrival("1"), arrival("3"), arrival("2"), arrival("2"), arrival("")];
      assert.deepEqual(await store.insert(again, roomy, false), [
        ...["duplicate", "accepted", "duplicate", "duplicate", "accepted"],
      ]);
      assert.deepEqual(await deliver(), [
        ...[["1", false] as const, ["2", false] as const, ["", false] as const],
        ...[["3", false] as const, ["", false] as const],
      ]);
    });

    it(`deliver once more, and once, what one before has taken whose keys have form ${form}`, async () => {
      await insertAsBefore(form, arrival("1"));
      await deliver();
      const again = arrival("1");
      assert.deepEqual(await store.insert([again], roomy, false), ["duplicate"]);
      assert.deepEqual(await deliver(), [["1", true]]);
      assert.deepEqual(await store.insert([again], roomy, true), ["duplicate"]);
      assert.deepEqual(await deliver(), []);
    });

    it(`know it as well where nothing else finds room, form ${form}`, async () => {
      await insertAsBefore(form, arrival("1"));
      const full = { ...roomy, maxSize: 1 };
      const outcomes = await store.insert([arrival("1"), arrival("2")], full, false);
      assert.deepEqual(outcomes, ["duplicate", "full"]);
    });
  }

  it("take what the build before knows by the same key", async () => {
    await store.insert([arrival("1")], roomy, false);
    assert.equal(await insertAsBefore(2, arrival("1")), false);
  });
});
