import type { Claim, ClaimedAnswer, ClaimedRow, ClaimKind } from "../stored/queue-store.ts";
import type { Announcements } from "./announcements.ts";
import type { Connections } from "./connections.ts";
import type { HeldRows } from "./held-rows.ts";
import { type ClaimColumns, type ClaimedColumns, toClaimedRows, toText } from "./postgres-rows.ts";
import * as sql from "./statements.ts";
import { untilAlone } from "./until-alone.ts";

/** What requests are handed out with. */
export interface PostgresClaimsOptions {
  readonly connections: Connections;
  readonly announcements: Announcements;
  readonly held: HeldRows;
  readonly owner: string;
  readonly modelID: string;
  readonly isSerial: boolean;
  readonly maxUndelivered: number;
}

/** Hands out requests, and takes their answers. */
export class PostgresClaims {
  readonly #options: PostgresClaimsOptions;

  constructor(options: PostgresClaimsOptions) {
    this.#options = options;
  }

  claim(
    kind: ClaimKind,
    token: string,
    limit: number,
    isRetry: boolean,
  ): Promise<readonly ClaimedRow[]> {
    const { held, owner, modelID, isSerial, maxUndelivered } = this.#options;
    const which = kind === "due" && isSerial ? "dueInTurn" : kind;
    // Several rows together may have been too much for the link.
    const most = isRetry ? 1 : limit;
    return held.gain(token, isRetry, async (unused) => {
      const values: unknown[] = [toText(modelID), Date.now(), most, owner, unused];
      if (kind === "due") values.push(maxUndelivered);
      const rows = await untilAlone(() => this.#claim(which, values));
      return toClaimedRows(rows, modelID, unused);
    });
  }

  async answer(answers: readonly ClaimedAnswer[], isRetry: boolean): Promise<readonly boolean[]> {
    const { connections, announcements, held } = this.#options;
    const rows = answers.map(({ row }) => row);
    const tokens = answers.map(({ token }) => token);
    const stored = await connections.durably<ClaimColumns>("answer", sql.answer, [
      rows,
      tokens,
      answers.map(({ answer }) => answer.text),
      answers.map(({ answer }) => answer.outcome),
      answers.map(({ answeredAt }) => answeredAt),
    ]);
    // Two attempts at one row may be among them.
    const nameOf = (token: string, row: number) => `${token} ${row}`;
    const names = new Set(stored.map(({ claim, id }) => nameOf(claim, id)));
    if (isRetry) {
      const values = [rows, tokens];
      const found = await connections.durably<ClaimColumns>(
        "find-answered",
        sql.findAnswered,
        values,
      );
      for (const { claim, id } of found) names.add(nameOf(claim, id));
    }
    held.lose(answers);
    if (names.size > 0) announcements.announce("answers");
    return answers.map(({ token, row }) => names.has(nameOf(token, row)));
  }

  async giveBack(claims: readonly Claim[]): Promise<void> {
    const { connections, announcements, held } = this.#options;
    const columns = [claims.map(({ row }) => row), claims.map(({ token }) => token)];
    await connections.durably("give-back", sql.giveBack, columns);
    held.lose(claims);
    announcements.announce("requests");
  }

  /** A turn that a crash of the database took away would be given twice. */
  #claim(which: keyof typeof sql.claims, values: readonly unknown[]): Promise<ClaimedColumns[]> {
    const { connections } = this.#options;
    const [name, statement] = [`claim-${which}`, sql.claims[which]];
    return which === "dueInTurn"
      ? connections.durably(name, statement, values)
      : connections.relaxedly(name, statement, values);
  }
}
