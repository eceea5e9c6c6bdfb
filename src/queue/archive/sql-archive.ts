import type {
  RecordedMetrics,
  RecordedRequest,
  SessionArchive,
  SessionSummary,
} from "./session-archive.ts";

type SqlRow = Readonly<Record<string, unknown>>;

/** A database with a durable queue's tables. */
export interface ArchiveDatabase {
  /** SQL for what was asked, as JSON text, of a row of `arena_requests`. */
  readonly input: string;
  /** `sql` has its parameters as $1, $2, … */
  query(sql: string, parameters: readonly (string | number)[]): Promise<readonly SqlRow[]>;
  /** Called when something was deleted, to leave no trace of it. */
  afterDelete(): Promise<void>;
  close(): Promise<void>;
}

const pageSizes = { requests: 100, metrics: 500 };
/** Requests and answers may be megabytes long; at least one of them is read at a time. */
const pageBytes = 8 * 2 ** 20;
/** Deleting writes as much as is deleted, for which a full disk has little room. */
const deletedBytes = 2 ** 20;

const requestSize = "coalesce(bytes, 0) + coalesce(octet_length(answer), 0)";

/** Reads and deletes what a durable queue keeps in a SQL database, page by page. */
export class SqlArchive implements SessionArchive {
  readonly #database: ArchiveDatabase;

  constructor(database: ArchiveDatabase) {
    this.#database = database;
  }

  async sessions(): Promise<readonly SessionSummary[]> {
    const rows = await this.#database.query(
      `select model_id, session_id, sum(requests) as requests, sum(answered) as answered,
        sum(failed) as failed, sum(undelivered) as undelivered, sum(metrics) as metrics,
        coalesce(min(first_at), min(first_published)) as first_at,
        coalesce(max(last_at), max(last_published)) as last_at
      from (
        select model_id, session_id, count(*) as requests, count(answered_at) as answered,
          sum(case when outcome <> 'OK' then 1 else 0 end) as failed,
          sum(case when state in ('answered', 'delivering') then 1 else 0 end) as undelivered,
          0 as metrics, min(received_at) as first_at, max(received_at) as last_at,
          cast(null as bigint) as first_published, cast(null as bigint) as last_published
        from arena_requests group by model_id, session_id
        union all
        select model_id, session_id, 0, 0, 0, 0, count(*), null, null,
          min(received_at), max(received_at)
        from arena_metrics where session_id <> '' group by model_id, session_id
      ) as kept
      group by model_id, session_id
      order by last_at, model_id, session_id`,
      [],
    );
    return rows.map(toSummary);
  }

  async *requests(sessionID: string): AsyncGenerator<RecordedRequest, void, undefined> {
    const sizes = `
      select id, ${requestSize} as size
      from arena_requests where id > $1 and session_id = $2
      order by id limit ${pageSizes.requests}`;
    const sql = `
      select id, model_id, session_id, message_id, state, ${this.#database.input} as input, answer,
        outcome, attempts, received_at, claimed_at, answered_at, delivered_at
      from arena_requests where id > $1 and session_id = $2 and id <= $3 order by id`;
    for (let last = 0; ; ) {
      const end = lastOfPage(await this.#database.query(sizes, [last, sessionID]), pageBytes);
      if (end === null) return;
      for (const row of await this.#database.query(sql, [last, sessionID, end])) {
        yield toRequest(row);
      }
      last = end;
    }
  }

  async *metrics(sessionID: string | null): AsyncGenerator<RecordedMetrics, void, undefined> {
    const sql = `
      select id, model_id, session_id, metrics, received_at from arena_metrics
      where id > $1 ${sessionID === null ? "" : "and session_id = $2"}
      order by id limit ${pageSizes.metrics}`;
    const parameters = sessionID === null ? [] : [sessionID];
    for await (const row of this.#pages(sql, parameters)) yield toMetrics(row);
  }

  async delete(
    sessionID: string,
  ): Promise<{ readonly requests: number; readonly metrics: number }> {
    const requests = await this.#deleteFrom("arena_requests", requestSize, sessionID);
    const metrics = await this.#deleteFrom("arena_metrics", "octet_length(metrics)", sessionID);
    return { requests, metrics };
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  /** Page by page: all at once could be more than a full disk has room to write down. */
  async #deleteFrom(table: string, size: string, sessionID: string): Promise<number> {
    const sizes = `select id, ${size} as size from ${table}
      where session_id = $1 order by id limit ${pageSizes.requests}`;
    const sql = `delete from ${table} where session_id = $1 and id <= $2 returning id`;
    for (let count = 0; ; ) {
      const end = lastOfPage(await this.#database.query(sizes, [sessionID]), deletedBytes);
      if (end === null) return count;
      count += (await this.#database.query(sql, [sessionID, end])).length;
      await this.#database.afterDelete();
    }
  }

  /** Rows of a query whose $1 is the id after which a page begins; others may change meanwhile. */
  async *#pages(sql: string, parameters: readonly string[]) {
    let last = 0;
    for (;;) {
      const rows = await this.#database.query(sql, [last, ...parameters]);
      if (rows.length === 0) return;
      yield* rows;
      last = number(rows.at(-1)?.["id"]);
    }
  }
}

/** The last id, of rows with their sizes, up to which a page holds no more than `maxBytes`. */
function lastOfPage(rows: readonly SqlRow[], maxBytes: number): number | null {
  let bytes = 0;
  let last: number | null = null;
  for (const { id, size } of rows) {
    bytes += number(size);
    if (last !== null && bytes > maxBytes) return last;
    last = number(id);
  }
  return last;
}

function toSummary(row: SqlRow): SessionSummary {
  return {
    modelID: String(row["model_id"]),
    sessionID: String(row["session_id"]),
    requests: number(row["requests"]),
    answered: number(row["answered"]),
    failed: number(row["failed"]),
    undelivered: number(row["undelivered"]),
    metrics: number(row["metrics"]),
    firstAt: number(row["first_at"]),
    lastAt: number(row["last_at"]),
  };
}

function toRequest(row: SqlRow): RecordedRequest {
  const input = row["input"];
  return {
    modelID: String(row["model_id"]),
    sessionID: String(row["session_id"]),
    messageID: String(row["message_id"]),
    state: toState(row["state"]),
    input: typeof input === "string" ? JSON.parse(input) : null,
    answer: textOrNull(row["answer"]),
    outcome: textOrNull(row["outcome"]),
    attempts: number(row["attempts"]),
    receivedAt: number(row["received_at"]),
    claimedAt: numberOrNull(row["claimed_at"]),
    answeredAt: numberOrNull(row["answered_at"]),
    deliveredAt: numberOrNull(row["delivered_at"]),
  };
}

function toMetrics(row: SqlRow): RecordedMetrics {
  return {
    modelID: String(row["model_id"]),
    sessionID: String(row["session_id"]),
    metrics: String(row["metrics"]),
    receivedAt: number(row["received_at"]),
  };
}

const states = ["queued", "running", "answered", "delivering", "delivered"] as const;

function toState(value: unknown): RecordedRequest["state"] {
  const state = states.find((name) => name === value);
  if (!state) {
    throw new Error(`a request has the state ${value}; expected one of ${states.join(", ")}`);
  }
  return state;
}

/** Drivers return large numbers as text. */
function number(value: unknown): number {
  return Number(value);
}

function numberOrNull(value: unknown): number | null {
  return value === null ? null : number(value);
}

function textOrNull(value: unknown): string | null {
  return value === null ? null : String(value);
}
