import assert from "node:assert/strict";
import { type ArchiveDatabase, SqlArchive } from "./sql-archive.ts";

const mebi = 2 ** 20;

describe("SqlArchive", () => {
  /** An archive of one session whose requests have these sizes, and what it read at once. */
  function archiveOf(sizes: readonly number[]) {
    const pages: number[] = [];
    const database: ArchiveDatabase = {
      input: "request",
      query: async (sql, [last, , end = Number.POSITIVE_INFINITY]) => {
        const rows = sizes
          .map((size, place) => ({ id: place + 1, size, state: "queued" }))
          .filter(({ id }) => id > Number(last) && id <= Number(end));
        if (!sql.includes("as size")) pages.push(rows.length);
        return rows;
      },
      afterDelete: async () => {},
      close: async () => {},
    };
    return { archive: new SqlArchive(database), pages };
  }

  it("reads as many requests at once as hold 8 MiB, and at least one", async () => {
    const { archive, pages } = archiveOf([3, 3, 3, 20, 1, 7, 1].map((size) => size * mebi));
    const read = await Array.fromAsync(archive.requests("s"));
    assert.equal(read.length, 7);
    assert.deepEqual(pages, [2, 1, 1, 2, 1]);
  });
});
