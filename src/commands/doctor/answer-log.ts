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

/** After so many times its wait, nobody waits any longer, whatever else still comes. */
const PATIENCE_LIMIT = 4;

interface Asked {
  readonly sentAtMs: number;
  /** Nobody knows yet what becomes of it. */
  isOpen: boolean;
}

/** Every request that the doctor sent, and everything that came on any of its streams. */
export class AnswerLog {
  readonly #answers: LoggedAnswer[] = [];
  readonly #asked = new Map<string, Map<string, Asked>>();
  readonly #watchers = new Set<() => void>();

  /** All the answers so far. */
  get all(): readonly LoggedAnswer[] {
    return this.#answers;
  }

  /** Answers of sessions that the doctor never had. */
  get strays(): readonly LoggedAnswer[] {
    return this.#answers.filter(({ answer }) => !this.#asked.has(answer.sessionID));
  }

  /** How many requests are neither answered nor given up. */
  get open(): number {
    const asked = [...this.#asked.values()].flatMap((messages) => [...messages.values()]);
    return asked.filter(({ isOpen }) => isOpen).length;
  }

  /** How long it took from each request to its first answer, the shortest first. */
  get latenciesMs(): readonly number[] {
    const latencies = [...this.#asked].flatMap(([sessionID, messages]) =>
      [...messages].map(([messageID, { sentAtMs }]) => {
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
    const messages = this.#asked.get(sessionID) ?? new Map<string, Asked>();
    const asked = { sentAtMs: performance.now(), isOpen: true };
    this.#asked.set(sessionID, messages.set(messageID, asked));
  }

  /** Takes down an answer that came. */
  addAnswer(stream: number, answer: modelAnswer): void {
    this.#answers.push({ answer, stream, atMs: performance.now() });
    const asked = this.#asked.get(answer.sessionID)?.get(answer.messageID);
    if (asked) asked.isOpen = false;
    for (const watch of [...this.#watchers]) watch();
  }

  /** Takes down that no more answers to a session are expected. */
  giveUp(sessionID: string): void {
    for (const asked of this.#asked.get(sessionID)?.values() ?? []) asked.isOpen = false;
  }

  /**
   * Waits until the answers of a session are enough. Gives up, and returns
   * those that came, when for `retryForMs` no answer to anything came: a slow
   * container that works through its requests one by one is not a silent one.
   * A wait that changes meanwhile counts as it is in the end.
   */
  async collect(
    sessionID: string,
    isEnough: (answers: readonly LoggedAnswer[]) => boolean,
    retryForMs: () => number,
  ): Promise<readonly LoggedAnswer[]> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const startMs = performance.now();
    let lastMs = startMs;
    let limitMs = startMs;
    let timer: NodeJS.Timeout | undefined;
    const wait = () => {
      const timeouts = retryForMs();
      limitMs = Math.max(limitMs, startMs + timeouts * PATIENCE_LIMIT);
      const leftMs = Math.min(lastMs + timeouts, limitMs) - performance.now();
      if (leftMs <= 0) resolve();
      else timer = setTimeout(wait, leftMs);
    };
    const watch = () => {
      lastMs = performance.now();
      if (isEnough(this.of(sessionID))) resolve();
    };
    if (isEnough(this.of(sessionID))) resolve();
    else wait();
    this.#watchers.add(watch);
    await promise;
    this.#watchers.delete(watch);
    clearTimeout(timer);
    this.giveUp(sessionID);
    return this.of(sessionID);
  }
}
