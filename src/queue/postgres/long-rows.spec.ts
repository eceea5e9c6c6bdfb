import assert from "node:assert/strict";
import { postgresStores } from "../../../test/fixtures/postgres-stores.ts";
import { arrival, roomy } from "../../../test/fixtures/sqlite-files.ts";
import { type ClaimKind, maxBytesAtOnce } from "../stored/queue-store.ts";

describe("A PostgresStore with long rows", () => {
  const stores = postgresStores();
  const half = maxBytesAtOnce / 2;

  for (const [name, kind, isSerial] of [
    ["in the order of their arrival", "due", false],
    ["in the turns of their sessions", "due", true],
    ["past their deadline", "expired", false],
    ["that wait, whatever they are", "waiting", false],
  ] satisfies readonly (readonly [string, ClaimKind, boolean])[]) {
    it(`claims few at once of requests ${name}, and all in the end`, async () => {
      const store = await stores.open({ isSerial });
      const deadline = Date.now() + (kind === "expired" ? -1000 : 60_000);
      const sizes = [half, half, 1, half, half, 3 * half, 0, 2, maxBytesAtOnce - 1, 3];
      await store.insert(
        sizes.map((bytes, place) =>
          arrival(`${place}`, { bytes, sessionID: `${place}`, deadline: deadline + place }),
        ),
        roomy,
        false,
      );
      const claims: string[] = [];
      for (let round = 0; claims.join("").length < sizes.length; round++) {
        const rows = await store.claim(kind, `${round}`, 9, false);
        assert.ok(rows.length > 0);
        claims.push(rows.map(({ request }) => request.messageID).join(""));
      }
      assert.deepEqual(claims, ["01", "23", "4", "5", "67", "8", "9"]);
    });
  }

  it("leaves to others what is too much for one claim", async () => {
    const [one, other] = [await stores.open(), await stores.open()];
    const long = ["1", "2"].map((messageID) => arrival(messageID, { bytes: maxBytesAtOnce }));
    await one.insert(long, roomy, false);
    assert.equal((await one.claim("due", "t", 9, false)).length, 1);
    assert.equal((await other.claim("due", "t", 9, false)).length, 1);
  });

  it("asks for one row when it asks again, as several may have been too much", async () => {
    const store = await stores.open();
    await store.insert([arrival("1"), arrival("2"), arrival("3")], roomy, false);
    const [first, ...more] = await store.claim("due", "t", 9, true);
    assert.deepEqual([first?.request.messageID, more], ["1", []]);
    const rest = await store.claim("due", "rest", 9, false);
    const answered = { answer: { text: "{}", outcome: "OK" }, answeredAt: 1 } as const;
    await store.answer(
      rest.map(({ row, token }) => ({ row, token, ...answered })),
      false,
    );
    assert.equal((await store.take("t", 9, true)).length, 1);
    assert.equal((await store.take("rest", 9, false)).length, 1);
  });

  it("takes few at once of long answers, in their order, and all in the end", async () => {
    const store = await stores.open();
    const texts = [half, half, 1, 2 * half].map((bytes) => "x".repeat(bytes));
    await store.insert(
      texts.map((_, place) => arrival(`${place}`)),
      roomy,
      false,
    );
    const claims = await store.claim("due", "t", 9, false);
    for (const [place, { row, token }] of claims.entries()) {
      const answer = { text: texts[place] ?? "", outcome: "OK" } as const;
      await store.answer([{ row, token, answer, answeredAt: 1 }], false);
    }
    const takes: string[] = [];
    for (let round = 0; takes.join("").length < texts.length; round++) {
      const rows = await store.take(`${round}`, 9, false);
      assert.ok(rows.length > 0);
      takes.push(rows.map(({ messageID }) => messageID).join(""));
    }
    assert.deepEqual(takes, ["01", "2", "3"]);
  });
});
