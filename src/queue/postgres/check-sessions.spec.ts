import assert from "node:assert/strict";
import pg from "pg";
import { firstPostgresTimeoutMs, sharedPostgres } from "../../../test/fixtures/postgres.ts";
import { ConfigurationError } from "../../errors/arena-error.ts";
import { checkSessions } from "./start-checks.ts";

describe("checkSessions", () => {
  let sessions: readonly pg.Client[];

  before(async function () {
    this.timeout(firstPostgresTimeoutMs);
    const { url } = await sharedPostgres();
    sessions = [new pg.Client(url), new pg.Client(url), new pg.Client(url)];
    await Promise.all(sessions.map((session) => session.connect()));
  });
  after(() => Promise.all(sessions.map((session) => session.end())));

  /** Whether connections will do that send their queries, one after the other, to the sessions of these places. */
  async function check(...places: readonly (readonly number[])[]): Promise<unknown> {
    const left = places.map((list) => [...list]);
    const lend = () => {
      const list = left.shift() ?? [];
      return { query: (sql: string) => sessions[list.shift() ?? 0]?.query(sql) };
    };
    const connections = {
      with: <Result>(use: (client: pg.ClientBase) => Result) => use(lend() as never),
    };
    return checkSessions(connections as never).catch((error: unknown) => error);
  }

  it("is content with connections that are sessions of their own", async () => {
    assert.equal(await check([0, 0], [1, 1]), undefined);
  });

  for (const [how, ...places] of [
    ["the session that was used last", [0, 0], [0, 0]],
    ["the session that has rested longest", [0, 2], [1, 0]],
    ["whichever is free", [0, 0], [1, 2]],
  ] as const) {
    it(`refuses a pooler that gives each transaction ${how}`, async () => {
      const error = await check(...places);
      assert.ok(error instanceof ConfigurationError);
      assert.match(error.message, /QUEUE_URL: it leads to a pooler .*pool_mode = session/);
    });
  }
});
