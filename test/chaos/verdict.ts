import type { Disturbances } from "./disturbances.ts";
import type { Arrival, Attempt, Entry, Ledger } from "./ledger.ts";
import { isOwed } from "./ledger.ts";

/** Something that must not happen. */
export interface Violation {
  readonly what: string;
  readonly entries: readonly Entry[];
}

/** What the ledger says about the system. */
export interface Verdict {
  readonly violations: readonly Violation[];
  /** Answers that came again for a reason, by the reason. */
  readonly excused: ReadonlyMap<string, number>;
  /** Error answers by their code. */
  readonly errors: ReadonlyMap<string, number>;
  readonly answers: number;
}

/** How long after an answer came its acknowledgement may still be on its way to the store. */
const acknowledgementMs = 1000;
/** How long after it went on a worker that had no time between two lines of code takes to the second one. */
const stalenessMs = 400;
/** A client's clock runs a little behind what was done to its server. */
const slackMs = 50;

/** Judges a run that has ended. */
export class Judge {
  readonly #ledger: Ledger;
  readonly #disturbances: Disturbances;
  readonly #isSerial: boolean;
  readonly #violations: Violation[] = [];
  readonly #excused = new Map<string, number>();

  constructor(ledger: Ledger, disturbances: Disturbances, isSerial: boolean) {
    this.#ledger = ledger;
    this.#disturbances = disturbances;
    this.#isSerial = isSerial;
  }

  verdict(): Verdict {
    const { entries, strays } = this.#ledger;
    for (const { answer, stream } of strays) {
      this.#found(`${stream} brought an answer to nothing: ${JSON.stringify(answer)}`);
    }
    for (const entry of entries) this.#judge(entry);
    if (this.#isSerial) {
      const sessions = Map.groupBy(entries, ({ request }) => request.sessionID);
      for (const session of sessions.values()) this.#judgeSession(session);
    }
    const errors = new Map<string, number>();
    for (const { error } of entries.flatMap(({ arrivals }) => arrivals)) {
      if (error !== null) errors.set(error, (errors.get(error) ?? 0) + 1);
    }
    const answers = entries.reduce((sum, { arrivals }) => sum + arrivals.length, 0);
    return { violations: this.#violations, excused: this.#excused, errors, answers };
  }

  #judge(entry: Entry): void {
    const { request, question, arrivals, sendings } = entry;
    if (isOwed(entry)) this.#found("accepted and never answered", entry);
    const answers = arrivals.filter(({ error }) => error === null);
    // One that comes again because its stream broke is no other one.
    const refusals = arrivals
      .filter(({ error }) => error !== null)
      .filter((refusal, place, all) => !this.#reasonToDoubt(all.slice(0, place), refusal)).length;
    const expected = [request.sessionID, request.messageID, question].join("|");
    if (answers.some(({ text }) => !text.startsWith(`${expected}|`))) {
      this.#found("answered with another request's answer", entry);
    }
    if (new Set(answers.map(({ text }) => text)).size > 1) {
      this.#found("answered by two attempts: one of them was fenced off", entry);
    }
    // Each sending may have been refused by itself, and one of them answered.
    if (answers.length > 0 && refusals >= sendings.length) {
      this.#found("answered and refused", entry);
    }
    this.#countArrivals(entry);
  }

  /** One for each sending, and one for each that was perhaps not acknowledged. */
  #countArrivals(entry: Entry): void {
    const { arrivals, sendings } = entry;
    let extra = arrivals.length - Math.max(1, sendings.length);
    for (const [place, arrival] of arrivals.entries()) {
      if (place === 0) continue;
      const earlier = arrivals.slice(0, place);
      const reason =
        this.#reasonToRepeat(earlier) ??
        this.#reasonToDoubt(earlier, arrival) ??
        this.#reasonToBeLate(entry, arrival);
      if (reason === null) continue;
      extra--;
      this.#excuse(reason);
    }
    const repeats = Math.min(arrivals.length, sendings.length) - 1;
    for (let n = 0; n < repeats; n++) this.#excuse("the request came again");
    if (extra > 0) this.#found("delivered again although it was acknowledged", entry);
  }

  #reasonToRepeat(earlier: readonly Arrival[]): string | null {
    for (const { stream, gateway, at } of earlier) {
      const [from, until] = [at - slackMs, at + acknowledgementMs];
      const [reason] = this.#disturbances
        .around([stream, gateway, "database"], from, until)
        // Whoever ends in order has waited for what was acknowledged.
        .filter(({ what }) => what !== "end");
      if (reason) return `${reason.what} ${reason.part.replace(/ .*/, "")}`;
    }
    return null;
  }

  /** What a stream brought before it broke comes again: its reader may not have read it (ARENA-17). */
  #reasonToDoubt(earlier: readonly Arrival[], { at: until }: Arrival): string | null {
    const isCut = earlier.some(({ stream, at }) =>
      this.#disturbances.around([stream], at - slackMs, until).some(({ what }) => what === "cut"),
    );
    return isCut ? "read before its stream was cut" : null;
  }

  /**
   * What a gateway wrote while it had the answer may come when another one, which
   * had it since, has delivered it: a stream was held, or the gateway was cut off.
   */
  #reasonToBeLate({ attempts }: Entry, { stream, gateway, at, text }: Arrival): string | null {
    const computedAt = attempts.find(({ id }) => text.endsWith(`|${id}`))?.endedAt ?? at;
    const [reason] = this.#disturbances
      .around([stream, gateway], computedAt - slackMs, at)
      .filter(({ what }) => what !== "end");
    return reason ? `late: ${reason.what} ${reason.part.replace(/ .*/, "")}` : null;
  }

  #judgeSession(entries: readonly Entry[]): void {
    const attempts = entries.flatMap((entry) =>
      entry.attempts.map((attempt) => ({ entry, attempt })),
    );
    attempts.sort((one, other) => one.attempt.beganAt - other.attempt.beganAt);
    for (const [place, later] of attempts.entries()) {
      for (const earlier of attempts.slice(0, place)) {
        if (earlier.attempt.endedAt <= later.attempt.beganAt) continue;
        if (this.#mayOverlap(earlier.attempt, later.attempt)) continue;
        this.#found("two requests of a session ran at once", earlier.entry, later.entry);
      }
    }
    this.#judgeOrder(entries);
  }

  /**
   * A worker that froze for longer than its lease, or that could not renew it
   * because the database was away, goes on with what it has lost: fencing, not
   * the lease, keeps its answers out. One that was killed goes on with nothing, and
   * whatever else was done to who came later gives it no right to a turn.
   */
  #mayOverlap(earlier: Attempt, later: Attempt): boolean {
    const around = (part: string, from: number) =>
      this.#disturbances.around([part], from, later.beganAt);
    // What a worker had claimed before it froze it may begin a moment afterwards.
    const freezesBefore = ({ worker, beganAt }: Attempt) =>
      around(worker, beganAt - stalenessMs).filter(({ what }) => what === "freeze");
    const [reason] = [
      ...around("database", earlier.beganAt - slackMs),
      ...around(earlier.worker, earlier.beganAt - slackMs).filter(({ what }) => what !== "kill"),
      ...freezesBefore(earlier),
      ...freezesBefore(later),
    ];
    if (!reason) return false;
    this.#excuse(`overlap: ${reason.what} ${reason.part.replace(/ .*/, "")}`);
    return true;
  }

  /** Where one was accepted before the next was sent, their answers were computed in this order. */
  #judgeOrder(entries: readonly Entry[]): void {
    const computed = entries.flatMap((entry) => {
      const text = entry.arrivals.find(({ error }) => error === null)?.text;
      const attempt = entry.attempts.find(({ id }) => text?.endsWith(`|${id}`));
      const [first] = entry.sendings;
      // Where it was refused as well, a later sending may be the one that was taken.
      const isRefused = entry.arrivals.some(({ error }) => error !== null);
      const isKnown = first?.outcome === "accepted" && attempt !== undefined && !isRefused;
      return isKnown ? [{ entry, attempt, first }] : [];
    });
    for (const one of computed) {
      for (const other of computed) {
        if (one.first.endedAt >= other.first.at) continue;
        if (one.attempt.endedAt <= other.attempt.beganAt) continue;
        this.#found("a session's requests were answered out of order", one.entry, other.entry);
      }
    }
  }

  #excuse(reason: string): void {
    this.#excused.set(reason, (this.#excused.get(reason) ?? 0) + 1);
  }

  #found(what: string, ...entries: readonly Entry[]): void {
    this.#violations.push({ what, entries });
  }
}
