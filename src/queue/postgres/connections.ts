import pg from "pg";
import { toNotDone } from "../stored/store-errors.ts";

/** How to reach a database, and whom to tell. */
export interface ConnectionsOptions {
  readonly url: string;
  /** A message on the channel. */
  readonly onMessage: (text: string) => void;
  /** The channel is open again, and messages may have been missed. */
  readonly onReopened: () => void;
}

/** Longer than any statement of ours takes: the database does not answer any more. */
const answerTimeoutMs = 5000;
/**
 * Shorter, so that a statement that was given up seldom happens after it was made
 * again. It still may: nothing cancels a commit that waits for a standby, or
 * what lies in a socket.
 */
const statementTimeoutMs = 4000;
const connectTimeoutMs = 5000;
const channel = "arena_queue";

/**
 * Whoever waited for a row goes on with what it has become. With an isolation that a
 * database or a user sets for all its transactions, each meeting at a row would be an error.
 */
export const readCommitted = "SET default_transaction_isolation = 'read committed'";

/**
 * The planner's figures are minutes old, and the table fills and empties within
 * seconds: every statement walks along the index that was made for it instead.
 */
const planning = ["seqscan", "bitmapscan", "sort", "hashjoin", "mergejoin"]
  .map((way) => `SET enable_${way} = off`)
  .concat(
    readCommitted,
    "SET jit = off",
    "SET plan_cache_mode = force_custom_plan",
    `SET statement_timeout = ${statementTimeoutMs}`,
  )
  .join("; ");

/** Postgres' bigint: ids, counts and times of ours are far below 2^53. */
const int8 = 20;
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    oid === int8 && format !== "binary" ? Number : pg.types.getTypeParser(oid, format),
};

/**
 * Connections to one database: some whose changes survive a crash of the
 * database, some whose changes may not, and one that listens.
 */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #durable: pg.Pool;
  readonly #relaxed: pg.Pool;
  #listener: pg.Client | null = null;
  #isListening = false;
  /** One attempt at a time: a second one would leave a connection that nobody closes. */
  #listening: Promise<void> | null = null;
  #isClosed = false;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    this.#durable = this.#pool(4, "");
    // A claim or a notice that a crash of the database takes away is made again.
    this.#relaxed = this.#pool(4, "; SET synchronous_commit = off");
  }

  /**
   * Runs a statement whose effect a crash of the database must not take away.
   * @throws NotDoneError when the statement was not sent
   */
  async durably<Row extends pg.QueryResultRow>(
    name: string,
    text: string,
    values: readonly unknown[],
  ): Promise<Row[]> {
    const client = await this.#durable.connect().catch((error: unknown) => {
      throw toNotDone(error);
    });
    // The statement under way fails as well, and its caller hears of it.
    const ignore = () => {};
    client.on("error", ignore);
    try {
      const { rows } = await client.query<Row>({ name, text, values: [...values], types });
      client.off("error", ignore);
      client.release();
      return rows;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  /** Runs a statement that may be forgotten if the database crashes a moment later. */
  async relaxedly<Row extends pg.QueryResultRow>(
    name: string,
    text: string,
    values: readonly unknown[],
  ): Promise<Row[]> {
    return (await this.#relaxed.query<Row>({ name, text, values: [...values], types })).rows;
  }

  /** Lends a connection for several statements. */
  async with<Result>(use: (client: pg.ClientBase) => Promise<Result>): Promise<Result> {
    const client = await this.#durable.connect();
    // The statement under way fails as well, and its caller hears of it.
    client.on("error", () => {});
    try {
      const result = await use(client);
      // Its listener goes with it.
      client.release(true);
      return result;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  /** Tells whoever listens. */
  async notify(text: string): Promise<void> {
    await this.relaxedly("notify", "SELECT pg_notify($1, $2)", [channel, text]);
  }

  /** Listens, or finds out whether the listening connection still lives and opens it again. */
  listen(): Promise<void> {
    this.#listening ??= this.#listen().finally(() => {
      this.#listening = null;
    });
    return this.#listening;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#listener) this.#drop(this.#listener);
    await Promise.all([this.#durable.end(), this.#relaxed.end()]);
  }

  async #listen(): Promise<void> {
    if (this.#isClosed) return;
    const listener = this.#listener;
    if (listener && this.#isListening) {
      try {
        await listener.query("SELECT 1");
        return;
      } catch {
        // Whatever is wrong with it: a new one shows whether the database is there.
        this.#drop(listener);
      }
    }
    await this.#open();
  }

  async #open(): Promise<void> {
    const listener = new pg.Client(this.#settings());
    this.#listener = listener;
    // Without a listener of this event a lost connection would end the process.
    listener.on("error", () => this.#lost(listener));
    listener.on("end", () => this.#lost(listener));
    listener.on("notification", ({ payload = "" }) => this.#options.onMessage(payload));
    try {
      await listener.connect();
      await listener.query(`LISTEN ${channel}`);
    } catch (error) {
      this.#drop(listener);
      throw error;
    }
    this.#isListening = true;
    this.#options.onReopened();
  }

  /** The next `listen` opens another one; that it does so now saves the time until then. */
  #lost(listener: pg.Client): void {
    if (this.#listener !== listener || !this.#isListening) return;
    this.#drop(listener);
    // A database that is not back yet is asked again by the next sweep.
    this.listen().catch(() => {});
  }

  #drop(listener: pg.Client): void {
    this.#isListening = false;
    if (this.#listener === listener) this.#listener = null;
    // It may be gone already: there is nothing to be done about an end that fails.
    listener.end().catch(() => {});
  }

  #pool(max: number, more: string): pg.Pool {
    const settings = `${planning}${more}`;
    const onConnect = (client: pg.ClientBase) => client.query(settings);
    const pool = new pg.Pool({ ...this.#settings(), max, onConnect });
    // An idle connection was lost: the pool opens another one when it is needed.
    pool.on("error", () => {});
    return pool;
  }

  #settings(): pg.ClientConfig {
    return {
      connectionString: this.#options.url,
      application_name: "arena-model-server",
      connectionTimeoutMillis: connectTimeoutMs,
      query_timeout: answerTimeoutMs,
      keepAlive: true,
    };
  }
}
