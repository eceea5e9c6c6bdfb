import { randomUUID } from "node:crypto";
import type { Claim } from "../stored/queue-store.ts";
import type { Connections } from "./connections.ts";
import * as sql from "./statements.ts";
import { untilAlone } from "./until-alone.ts";

/** What rows are held with. */
export interface HeldRowsOptions {
  readonly connections: Connections;
  /** The name under which this process claims and takes. */
  readonly owner: string;
  /** Something is free again that nobody worked on, which may be of use to another replica. */
  readonly onFreed: (what: "requests" | "answers") => void;
}

/** A row under this process' name, as Postgres returns it. */
interface OwnColumns extends Claim {
  readonly state: "running" | "delivering";
}

/**
 * Tells what this process works on from what is only under its name: a claim
 * whose end was not heard of may be committed at any later time, and then nobody
 * works on its rows. Each statement claims under a token of its own, so that
 * what is under the token of a call that has failed is nobody's for ever.
 */
export class HeldRows {
  readonly #options: HeldRowsOptions;
  /** Tokens of calls whose end is still to be heard of. */
  readonly #underWay = new Set<string>();
  readonly #held = new Set<string>();

  constructor(options: HeldRowsOptions) {
    this.#options = options;
  }

  /** Holds what `work` claims or takes. It makes one statement, under the token that it is given. */
  async gain<Row extends Claim>(
    token: string,
    isRetry: boolean,
    work: (token: string) => Promise<readonly Row[]>,
  ): Promise<readonly Row[]> {
    // What the attempts before have got comes first.
    if (isRetry) await this.freeStrays();
    const unused = isRetry ? randomUUID() : token;
    this.#underWay.add(unused);
    try {
      const rows = await work(unused);
      for (const claim of rows) this.#held.add(nameOf(claim));
      return rows;
    } finally {
      this.#underWay.delete(unused);
    }
  }

  /** The store knows that these have ended. */
  lose(claims: readonly Claim[]): void {
    for (const claim of claims) this.#held.delete(nameOf(claim));
  }

  /** Frees what is under this process' name and not held, as if it had never been claimed or taken. */
  async freeStrays(): Promise<void> {
    const { connections, owner, onFreed } = this.#options;
    const own = await connections.relaxedly<OwnColumns>("find-own", sql.findOwn, [owner]);
    const strays = own.filter((row) => !this.#underWay.has(row.token) && !this.#isHeld(row));
    const free = async (state: OwnColumns["state"], name: string, statement: string) => {
      const rows = strays.filter((row) => row.state === state);
      if (rows.length === 0) return;
      const values = [rows.map(({ row }) => row), rows.map(({ token }) => token)];
      await untilAlone(() => connections.durably(name, statement, values));
      onFreed(state === "running" ? "requests" : "answers");
    };
    await Promise.all([
      free("running", "give-back", sql.giveBack),
      free("delivering", "release", sql.release),
    ]);
  }

  #isHeld(claim: Claim): boolean {
    return this.#held.has(nameOf(claim));
  }
}

function nameOf({ row, token }: Claim): string {
  return `${token} ${row}`;
}
