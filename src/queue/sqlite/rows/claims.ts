import type { StatementSync } from "node:sqlite";
import {
  type Claim,
  type ClaimedAnswer,
  type ClaimedRow,
  type ClaimKind,
  maxBytesAtOnce,
} from "../../stored/queue-store.ts";
import { readInput } from "../../stored/read-row.ts";
import { DamagedFileError } from "../sqlite-failure.ts";
import { numberIn, type Row, textIn } from "./columns.ts";
import { type Candidate, toCandidate } from "./session-turns.ts";
import type { StoreDatabase } from "./store-database.ts";

/** Hands out requests, and takes their answers. */
export class Claims {
  readonly #store: StoreDatabase;
  readonly #find: Readonly<Record<ClaimKind, StatementSync>>;
  readonly #held: StatementSync;
  readonly #claim: StatementSync;
  readonly #claimed: StatementSync;
  readonly #answer: StatementSync;
  readonly #isAnswered: StatementSync;
  readonly #giveBack: StatementSync;

  constructor(store: StoreDatabase) {
    this.#store = store;
    const { database } = store;
    const find = (index: string, deadline: string, order: string) =>
      database.prepare(`
        select id, bytes from arena_requests indexed by ${index}
        where model_id = ? and state = 'queued' and ${deadline} order by ${order} limit ?`);
    this.#find = {
      due: find("arena_queued", "deadline > ?", "id"),
      expired: find("arena_deadlines", "deadline <= ?", "deadline, id"),
      waiting: find("arena_queued", "? is not null", "id"),
    };
    const columns = `id, model_id, session_id, message_id, session_key, bytes, received_at, deadline,
      attempts, (select request from arena_inputs where arena_inputs.id = arena_requests.id) as request`;
    this.#held = database.prepare(`
      select ${columns} from arena_requests indexed by arena_running
      where model_id = ? and state = 'running' and claim = ? order by id`);
    this.#claim = database.prepare(`
      update arena_requests set state = 'running', owner = ?, claim = ?, claimed_at = ?,
        has_turn = ?, attempts = attempts + 1
      where id = ?`);
    // Not by "returning", which first gathers the texts in memory, page by page.
    this.#claimed = database.prepare(`select ${columns} from arena_requests where id = ?`);
    this.#answer = database.prepare(`
      update arena_requests set state = 'answered', owner = null, has_turn = 0,
        answer = ?, outcome = ?, answered_at = ?, answer_order = ?
      where id = ? and claim = ? and state = 'running' returning session_key`);
    this.#isAnswered = database.prepare(`
      select 1 from arena_requests
      where id = ? and claim = ? and state in ('answered', 'delivering', 'delivered')`);
    this.#giveBack = database.prepare(`
      update arena_requests set state = 'queued', owner = null, claim = null, claimed_at = null,
        has_turn = 0, attempts = attempts - 1
      where id = ? and claim = ? and state = 'running' returning session_key`);
  }

  claim(kind: ClaimKind, token: string, limit: number, isRetry: boolean): readonly ClaimedRow[] {
    const held = isRetry ? this.#held.all(this.#store.options.modelID, token) : [];
    if (held.length > 0) return held.map((row) => toClaimed(row, token));
    const now = Date.now();
    const claimed: ClaimedRow[] = [];
    let bytes = 0;
    for (const candidate of this.#candidates(kind, limit, now)) {
      bytes += candidate.bytes;
      if (claimed.length > 0 && bytes > maxBytesAtOnce) break;
      claimed.push(this.#begin(candidate.id, kind, token, now));
    }
    return claimed.toSorted((one, other) => one.row - other.row);
  }

  answer({ row, token, answer, answeredAt }: ClaimedAnswer, isRetry: boolean): boolean {
    const { counts, turns } = this.#store;
    const order = counts.lastOrder + 1;
    const done = this.#answer.get(answer.text, answer.outcome, answeredAt, order, row, token);
    if (!done) return isRetry && this.#isAnswered.get(row, token) !== undefined;
    turns?.pass(textIn(done, "session_key"));
    counts.lastOrder = order;
    counts.running--;
    counts.undelivered++;
    return true;
  }

  giveBack({ row, token }: Claim): void {
    const { counts, turns } = this.#store;
    const back = this.#giveBack.get(row, token);
    if (!back) return;
    turns?.pass(textIn(back, "session_key"));
    counts.running--;
    counts.queued++;
  }

  #candidates(kind: ClaimKind, limit: number, now: number): readonly Candidate[] {
    const { options, turns, isFullOfAnswers } = this.#store;
    if (kind === "due" && isFullOfAnswers) return [];
    if (kind === "due" && turns) return turns.next(limit, now);
    return this.#find[kind].all(options.modelID, now, limit).map(toCandidate);
  }

  #begin(id: number, kind: ClaimKind, token: string, now: number): ClaimedRow {
    const { counts, owner, turns } = this.#store;
    const hasTurn = kind === "due" && turns !== null;
    this.#claim.run(owner, token, now, hasTurn ? 1 : 0, id);
    const row = this.#claimed.get(id);
    if (!row) throw new DamagedFileError(`the row ${id} is gone while it is claimed`);
    if (hasTurn) turns.take(textIn(row, "session_key"));
    else turns?.pass(textIn(row, "session_key"));
    counts.queued--;
    counts.running++;
    return toClaimed(row, token);
  }
}

function toClaimed(row: Row, token: string): ClaimedRow {
  const { content: input, unreadable } = readInput(row["request"]);
  return {
    row: numberIn(row, "id"),
    token,
    attempt: numberIn(row, "attempts"),
    unreadable,
    request: {
      modelID: textIn(row, "model_id"),
      sessionID: textIn(row, "session_id"),
      messageID: textIn(row, "message_id"),
      input,
      bytes: numberIn(row, "bytes"),
      receivedAt: numberIn(row, "received_at"),
      deadline: numberIn(row, "deadline"),
    },
  };
}
