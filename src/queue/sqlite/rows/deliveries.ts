import type { StatementSync } from "node:sqlite";
import { type Claim, maxBytesAtOnce, type TakenRow } from "../../stored/queue-store.ts";
import { readAnswer } from "../../stored/read-row.ts";
import { numberIn, numberOrNullIn, type Row, textIn } from "./columns.ts";
import type { StoreDatabase } from "./store-database.ts";

/** Hands out answers, and learns what became of them. */
export class Deliveries {
  readonly #store: StoreDatabase;
  readonly #find: StatementSync;
  readonly #held: StatementSync;
  readonly #take: StatementSync;
  readonly #taken: StatementSync;
  readonly #end: StatementSync;
  readonly #repeat: StatementSync;
  readonly #release: StatementSync;
  readonly #again: StatementSync;
  readonly #isKept: StatementSync;

  constructor(store: StoreDatabase) {
    this.#store = store;
    const { database, options } = store;
    const columns = `id, session_id, message_id, answer, outcome, answer_order, received_at,
      claimed_at, answered_at, is_repeated, repeated_at`;
    this.#find = database.prepare(`
      select id, coalesce(octet_length(answer), 0) as bytes
      from arena_requests indexed by arena_answered
      where model_id = ? and state = 'answered' order by answer_order limit ?`);
    this.#held = database.prepare(`
      select ${columns} from arena_requests indexed by arena_delivering
      where model_id = ? and state = 'delivering' and delivery = ? order by answer_order`);
    this.#take = database.prepare(`
      update arena_requests set state = 'delivering', owner = ?, delivery = ? where id = ?`);
    // Not by "returning", which first gathers the texts in memory, page by page.
    this.#taken = database.prepare(`select ${columns} from arena_requests where id = ?`);
    // Without numbers: Node 22 binds those by name only.
    const isOver = "id = ? and delivery = ? and state = 'delivering' and not is_asked_again";
    this.#end = database.prepare(
      options.retentionMs > 0
        ? `update arena_requests set state = 'delivered', owner = null, delivered_at = ?
           where ${isOver}`
        : // The time is of no use then, but both forms take the same parameters.
          `delete from arena_requests where ? is not null and ${isOver}`,
    );
    this.#repeat = database.prepare(`
      update arena_requests set state = 'answered', owner = null, delivery = null,
        is_asked_again = 0, is_repeated = 1, repeated_at = ?, answer_order = ?
      where id = ? and delivery = ? and state = 'delivering'`);
    this.#release = database.prepare(`
      update arena_requests set state = 'answered', owner = null, delivery = null,
        is_asked_again = 0
      where id = ? and delivery = ? and state = 'delivering'`);
    this.#again = database.prepare(`
      update arena_requests set state = 'answered', is_repeated = 1, repeated_at = ?,
        answer_order = ?
      where id = ? and state = 'delivered' returning session_id, message_id`);
    this.#isKept = database.prepare("select 1 from arena_requests where id = ?");
  }

  take(token: string, limit: number, isRetry: boolean): readonly TakenRow[] {
    const { counts, options, owner } = this.#store;
    const held = isRetry ? this.#held.all(options.modelID, token) : [];
    if (held.length > 0) return held.map((row) => toTaken(row, token));
    const taken: TakenRow[] = [];
    let bytes = 0;
    for (const candidate of this.#find.all(options.modelID, limit)) {
      bytes += numberIn(candidate, "bytes");
      if (taken.length > 0 && bytes > maxBytesAtOnce) break;
      const id = numberIn(candidate, "id");
      this.#take.run(owner, token, id);
      counts.delivering++;
      const row = this.#taken.get(id);
      if (row) taken.push(toTaken(row, token));
    }
    return taken;
  }

  done({ row, token }: Claim, deliveredAt: number): void {
    const { counts, options } = this.#store;
    if (this.#end.run(deliveredAt, row, token).changes !== 0) {
      counts.undelivered--;
      counts.delivering--;
      this.#store.owed.remove(row);
      if (options.retentionMs === 0) this.#store.hasDeleted = true;
      return;
    }
    const order = counts.lastOrder + 1;
    if (this.#repeat.run(deliveredAt, order, row, token).changes === 0) return;
    counts.lastOrder = order;
    counts.delivering--;
  }

  release({ row, token }: Claim): void {
    if (this.#release.run(row, token).changes !== 0) this.#store.counts.delivering--;
  }

  /** False when the row is not kept. */
  again(id: number): boolean {
    const { counts, owed } = this.#store;
    const row = this.#again.get(Date.now(), counts.lastOrder + 1, id);
    if (!row) return this.#isKept.get(id) !== undefined;
    counts.lastOrder++;
    counts.undelivered++;
    owed.add(id, { sessionID: textIn(row, "session_id"), messageID: textIn(row, "message_id") });
    return true;
  }
}

function toTaken(row: Row, token: string): TakenRow {
  const { content: answer, unreadable } = readAnswer(row["answer"], row["outcome"]);
  const repeated = numberIn(row, "is_repeated") === 1;
  const times = repeated
    ? // Its times are those of the repetition.
      { receivedAt: numberIn(row, "repeated_at"), answeredAt: numberIn(row, "repeated_at") }
    : { receivedAt: numberIn(row, "received_at"), answeredAt: numberIn(row, "answered_at") };
  return {
    row: numberIn(row, "id"),
    token,
    order: numberIn(row, "answer_order"),
    sessionID: textIn(row, "session_id"),
    messageID: textIn(row, "message_id"),
    answer,
    unreadable,
    ...times,
    claimedAt: repeated ? null : numberOrNullIn(row, "claimed_at"),
    repeated,
  };
}
