import type { modelAnswer } from "../../generated/model.ts";

/** An answer, on which of the doctor's streams it came, and when (`performance.now()`). */
export interface LoggedAnswer {
  readonly answer: modelAnswer;
  readonly stream: number;
  readonly atMs: number;
}

/** Enough is when there are `count` answers, the same one again included. */
export function atLeast(count: number): (answers: readonly LoggedAnswer[]) => boolean {
  return (answers) => answers.length >= count;
}

/** Enough is when `count` requests are answered, however often: what broke with a stream may come again. */
export function answersTo(count: number): (answers: readonly LoggedAnswer[]) => boolean {
  return (answers) => new Set(answers.map(({ answer }) => answer.messageID)).size >= count;
}

/** After so many times the patience, nobody waits any longer, whatever else still comes. */
const PATIENCE_LIMIT = 4;

/** Every request that the doctor sent, and everything that came on any of its streams. */
export class AnswerLog {
  readonly #answers: LoggedAnswer[] = [];
  readonly #sentAtMs = new Map<string, Map<string, number>>();
  readonly #watchers = new Set<() => void>();

  /** All the answers so far. */
  get all(): readonly LoggedAnswer[] {
    return this.#answers;
  }

  /** Answers of sessions that the doctor never had. */
  get strays(): readonly LoggedAnswer[] {
    return this.#answers.filter(({ answer }) => !this.#sentAtMs.has(answer.sessionID));
  }

  /** How long it took from each request to its first answer, the shortest first. */
  get latenciesMs(): readonly number[] {
    const latencies = [...this.#sentAtMs].flatMap(([sessionID, messages]) =>
      [...messages].map(([messageID, sentAtMs]) => {
        const first = this.of(sessionID).find(({ answer }) => answer.messageID === messageID);
        return first ? first.atMs - sentAtMs : undefined;
      }),
    );
    return latencies.filter((latency) => latency !== undefined).sort((a, b) => a - b);
  }

  /** The answers of one session so far. */
  of(sessionID: string): readonly LoggedAnswer[] {
    return this.#answers.filter(({ answer }) => answer.sessionID === sessionID);
  }

  /** Takes down that a request is sent now. */
  addRequest(sessionID: string, messageID: string): void {
    const messages = this.#sentAtMs.get(sessionID) ?? new Map<string, number>();
    this.#sentAtMs.set(sessionID, messages.set(messageID, performance.now()));
  }

  /** Takes down an answer that came. */
  addAnswer(stream: number, answer: modelAnswer): void {
    this.#answers.push({ answer, stream, atMs: performance.now() });
    for (const watch of [...this.#watchers]) watch();
  }

  /**
   * Waits until the answers of a session are enough. Gives up, and returns
   * those that came, when for `patienceMs` no answer to anything came: a slow
   * container that works through its requests one by one is not a silent one.
   */
  async collect(
    sessionID: string,
    isEnough: (answers: readonly LoggedAnswer[]) => boolean,
    patienceMs: number,
  ): Promise<readonly LoggedAnswer[]> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const limit = setTimeout(resolve, patienceMs * PATIENCE_LIMIT);
    const silence = setTimeout(resolve, patienceMs);
    const watch = () => {
      silence.refresh();
      if (isEnough(this.of(sessionID))) resolve();
    };
    watch();
    this.#watchers.add(watch);
    await promise;
    this.#watchers.delete(watch);
    clearTimeout(limit);
    clearTimeout(silence);
    return this.of(sessionID);
  }
}
