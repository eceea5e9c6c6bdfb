import type { StatementSync } from "node:sqlite";
import type { Arrival, Refusal, StoreLimits } from "../../stored/queue-store.ts";
import { otherKeyOf, requestKeyOf, sessionKeyOf } from "../../stored/row-keys.ts";
import { numberIn, type Row, textIn } from "./columns.ts";
import type { StoreDatabase } from "./store-database.ts";

/** Stores what arrives: requests, and refusals in the place of requests. */
export class Arrivals {
  readonly #store: StoreDatabase;
  readonly #insert: StatementSync;
  readonly #insertInput: StatementSync;
  readonly #find: StatementSync;
  readonly #repeat: StatementSync;
  readonly #askAgain: StatementSync;
  readonly #refuse: StatementSync;

  constructor(store: StoreDatabase) {
    this.#store = store;
    const { database } = store;
    this.#insert = database.prepare(`
      insert into arena_requests (request_key, arrival, model_id, session_id, message_id,
        session_key, state, bytes, received_at, deadline)
      values (?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?) on conflict (request_key) do nothing`);
    this.#insertInput = database.prepare("insert into arena_inputs (id, request) values (?, ?)");
    this.#find = database.prepare(
      "select id, arrival, state, session_id, message_id from arena_requests where request_key = ?",
    );
    this.#repeat = database.prepare(`
      update arena_requests set state = 'answered', delivery = null, delivered_at = null,
        is_repeated = 1, repeated_at = ?, answer_order = ? where id = ?`);
    this.#askAgain = database.prepare("update arena_requests set is_asked_again = 1 where id = ?");
    this.#refuse = database.prepare(`
      insert into arena_requests (request_key, arrival, model_id, session_id, message_id,
        session_key, state, received_at, answer, outcome, answered_at, answer_order)
      values (?, ?, ?, ?, ?, ?, 'answered', ?, ?, ?, ?, ?)
      on conflict (request_key) do nothing`);
  }

  insert(arrival: Arrival, limits: StoreLimits): "accepted" | "duplicate" | "full" {
    const { counts } = this.#store;
    const key = requestKeyOf(arrival.request, arrival.arrival);
    const isFull = counts.queued >= limits.maxSize || counts.undelivered >= limits.maxUndelivered;
    // What an earlier build has stored is the same request under another key.
    const other = otherKeyOf(arrival.request);
    const older = other === null ? undefined : this.#find.get(other);
    if (!older && !isFull && this.#add(key, arrival)) return "accepted";
    const row = older ?? this.#find.get(key);
    if (!row) return "full";
    if (textIn(row, "arrival") === arrival.arrival) return "accepted";
    this.#comeAgain(row);
    return "duplicate";
  }

  refuse(refusal: Refusal): boolean {
    const { counts, options } = this.#store;
    const { arrival, sessionID, messageID, answer, receivedAt } = refusal;
    if (this.#store.isFullOfAnswers) return this.#find.get(arrival) !== undefined;
    const { changes, lastInsertRowid } = this.#refuse.run(
      arrival,
      arrival,
      options.modelID,
      sessionID,
      messageID,
      sessionKeyOf(sessionID),
      receivedAt,
      answer.text,
      answer.outcome,
      receivedAt,
      counts.lastOrder + 1,
    );
    if (changes !== 0) {
      counts.lastRow = Number(lastInsertRowid);
      this.#store.owed.add(counts.lastRow, refusal);
      counts.lastOrder++;
      counts.undelivered++;
    }
    return true;
  }

  /** False when the key is known. */
  #add(key: string, { arrival, request }: Arrival): boolean {
    const { modelID, sessionID, messageID, bytes, receivedAt, deadline } = request;
    const { changes, lastInsertRowid } = this.#insert.run(
      key,
      arrival,
      modelID,
      sessionID,
      messageID,
      sessionKeyOf(sessionID),
      bytes,
      receivedAt,
      deadline,
    );
    if (changes === 0) return false;
    this.#store.owed.add(Number(lastInsertRowid), request);
    this.#insertInput.run(lastInsertRowid, JSON.stringify(request.input));
    this.#store.counts.lastRow = Number(lastInsertRowid);
    this.#store.counts.queued++;
    return true;
  }

  #comeAgain(row: Row): void {
    const { counts } = this.#store;
    const id = numberIn(row, "id");
    switch (textIn(row, "state")) {
      case "delivered":
        this.#repeat.run(Date.now(), ++counts.lastOrder, id);
        this.#store.owed.add(id, {
          sessionID: textIn(row, "session_id"),
          messageID: textIn(row, "message_id"),
        });
        counts.undelivered++;
        break;
      case "delivering":
        this.#askAgain.run(id);
        break;
      default:
      // Its answer is still to come, or to go.
    }
  }
}
