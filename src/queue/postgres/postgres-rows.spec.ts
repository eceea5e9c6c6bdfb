import assert from "node:assert/strict";
import {
  type ClaimedColumns,
  type TakenColumns,
  toClaimedRows,
  toTakenRows,
} from "./postgres-rows.ts";

describe("The rows of a PostgresStore", () => {
  const claimed = (id: number, request: string | null): ClaimedColumns => ({
    ...{ id, session_id: "s", message_id: `${id}`, request, bytes: 1 },
    ...{ received_at: 1, deadline: 2, attempts: 1 },
  });
  const taken = (id: number, answer: string | null, outcome: string | null): TakenColumns => ({
    ...{ id, session_id: "s", message_id: `${id}`, answer, outcome, answer_order: id },
    ...{ received_at: 1, claimed_at: 2, answered_at: 3, is_repeated: false, repeated_at: null },
  });

  it("reads the other requests when some cannot be read, and says of each why", () => {
    const requests = ['{"messages":[]}', "{", null, "null", '{"messages":1}', '{"messages":[]}'];
    const columns = requests.map((request, place) => claimed(place + 1, request));
    const rows = toClaimedRows(columns, "m", "t");
    assert.deepEqual(
      rows.map(({ unreadable }) => unreadable !== null),
      [false, true, true, true, true, false],
    );
    const [, broken] = rows;
    assert.deepEqual([broken?.row, broken?.request.messageID], [2, "2"]);
  });

  it("reads the other answers when some cannot be read, and says of each why", () => {
    const columns = [
      taken(1, "{}", "OK"),
      taken(2, "{}", null),
      taken(3, null, "OK"),
      taken(4, "{}", "TEAPOT"),
      taken(5, "{}", "NOT_FOUND"),
    ];
    const rows = toTakenRows(columns, "t");
    assert.deepEqual(
      rows.map(({ row, unreadable }) => [row, unreadable !== null]),
      [
        [1, false],
        [2, true],
        [3, true],
        [4, true],
        [5, false],
      ],
    );
    assert.deepEqual(rows.at(-1)?.answer, { text: "{}", outcome: "NOT_FOUND" });
  });
});
