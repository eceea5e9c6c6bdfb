import type { modelRequest } from "../../src/generated/model.ts";
import { chat } from "../fixtures/questions.ts";
import type { WireAnswer } from "../fixtures/wire-client.ts";

/** One call of predict. */
export interface Sending {
  readonly gateway: string;
  readonly at: number;
  endedAt: number;
  /** `unknown` when the call broke: the request may have been taken or not. */
  outcome: "under way" | "accepted" | "unknown";
}

/** An answer that a client got. */
export interface Arrival {
  readonly gateway: string;
  readonly stream: string;
  readonly at: number;
  readonly text: string;
  /** Null for an answer of the model. */
  readonly error: string | null;
}

/** One run of a request by a model. */
export interface Attempt {
  readonly id: string;
  readonly worker: string;
  readonly beganAt: number;
  /** Infinite while it runs. */
  endedAt: number;
}

/** A request and all that became of it. */
export interface Entry {
  readonly request: modelRequest;
  readonly question: string;
  readonly sendings: Sending[];
  readonly arrivals: Arrival[];
  readonly attempts: Attempt[];
}

/** What was asked and what came back, written down outside of the system. */
export class Ledger {
  readonly entries: Entry[] = [];
  /** Answers that belong to no request. */
  readonly strays: { readonly answer: WireAnswer; readonly stream: string }[] = [];
  readonly #byQuestion = new Map<string, Entry>();
  readonly #byIDs = new Map<string, Entry[]>();
  readonly #attempts = new Map<string, Attempt>();
  #owed = 0;
  #onNothingOwed: () => void = () => {};

  /** Writes down a request that is about to be sent for the first time. */
  add(sessionID: string, messageID: string): Entry {
    const question = `question ${this.entries.length}`;
    const request = { request: chat(question), modelID: "chaos", sessionID, messageID };
    const entry: Entry = { request, question, sendings: [], arrivals: [], attempts: [] };
    this.entries.push(entry);
    this.#byQuestion.set(question, entry);
    const ids = idsOf(request);
    this.#byIDs.set(ids, [...(this.#byIDs.get(ids) ?? []), entry]);
    return entry;
  }

  /** Writes down that it is sent; the return value takes how that ended. */
  sent(entry: Entry, gateway: string): (outcome: "accepted" | "unknown") => void {
    const sending: Sending = { gateway, at: Date.now(), endedAt: 0, outcome: "under way" };
    entry.sendings.push(sending);
    return (outcome) => {
      const wasOwed = isOwed(entry);
      sending.endedAt = Date.now();
      sending.outcome = outcome;
      if (isOwed(entry) && !wasOwed) this.#owed++;
    };
  }

  answered(answer: WireAnswer, stream: string, gateway: string): void {
    const error = answer.json.error?.code ?? null;
    const entry = this.#entryOf(answer);
    if (!entry) {
      this.strays.push({ answer, stream });
      return;
    }
    const wasOwed = isOwed(entry);
    const text = answer.json.error?.message ?? answer.json.text;
    entry.arrivals.push({ gateway, stream, at: Date.now(), text, error });
    if (wasOwed && --this.#owed === 0) this.#onNothingOwed();
  }

  attemptBegan(question: string, attempt: Attempt): void {
    this.#attempts.set(attempt.id, attempt);
    this.#byQuestion.get(question)?.attempts.push(attempt);
  }

  attemptEnded(id: string, at: number): void {
    const attempt = this.#attempts.get(id);
    if (attempt) attempt.endedAt = at;
  }

  /** The worker is gone, and with it whatever it worked on. */
  workerEnded(worker: string, at: number): void {
    for (const attempt of this.#attempts.values()) {
      if (attempt.worker === worker) attempt.endedAt = Math.min(attempt.endedAt, at);
    }
  }

  /** Resolves when every accepted request has an answer, or when `signal` aborts. */
  async onNothingOwed(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onNothingOwed = resolve;
    signal.addEventListener("abort", () => resolve());
    if (this.#owed === 0) resolve();
    await promise;
  }

  /** An answer without a messageID is known by its text; an error goes to the first that waits. */
  #entryOf(answer: WireAnswer): Entry | undefined {
    const entries = this.#byIDs.get(idsOf(answer)) ?? [];
    if (entries.length < 2) return entries[0];
    const question = answer.json.text.split("|")[2] ?? "";
    const known = entries.find((entry) => entry.question === question);
    return known ?? entries.find(({ arrivals }) => arrivals.length === 0) ?? entries[0];
  }
}

/** Whether a participant waits for its answer. */
export function isOwed({ sendings, arrivals }: Entry): boolean {
  return arrivals.length === 0 && sendings.some(({ outcome }) => outcome === "accepted");
}

function idsOf({ sessionID, messageID }: { sessionID: string; messageID: string }): string {
  return `${sessionID}|${messageID}`;
}
