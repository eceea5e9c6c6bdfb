import type { Candidate } from "./candidate.ts";
import type { ReplayAnswer } from "./comparison.ts";
import { type Comparison, compareAnswers } from "./comparison.ts";
import type { Recording } from "./recording.ts";

/** A recorded request with the answer that the candidate gave. */
export interface ReplayResult {
  readonly recording: Recording;
  readonly replayed: ReplayAnswer;
  readonly comparison: Comparison;
}

/** How requests are replayed. */
export interface ReplayOptions {
  /** Requests that the candidate works on at once. */
  readonly concurrency: number;
  /** Ends it: what has no answer by then has no result. */
  readonly signal: AbortSignal;
}

/** So many results, for each request at once, may wait for one before them. */
const resultsAhead = 4;

/** Replays requests and yields their results in the order of the list. */
export async function* replayAll(
  recordings: readonly Recording[],
  candidate: Candidate,
  { concurrency, signal }: ReplayOptions,
): AsyncGenerator<ReplayResult> {
  const answers = new Map<number, PromiseWithResolvers<ReplayAnswer | null>>();
  const turns = new SessionTurns(candidate.isSerial);
  const window = concurrency * resultsAhead;
  const entries = recordings.entries();
  let shown = 0;
  let isOver = false;
  let progress = Promise.withResolvers<void>();
  const answerAt = (index: number) => {
    const answer = answers.get(index) ?? Promise.withResolvers<ReplayAnswer | null>();
    answers.set(index, answer);
    return answer;
  };
  const work = async () => {
    for (const [index, recording] of entries) {
      while (index >= shown + window && !isOver) await progress.promise;
      if (isOver) return;
      const answer = turns.next(recording, () => candidate.answer(recording, signal));
      answerAt(index).resolve(answer);
      await answer;
    }
  };
  try {
    for (let count = Math.min(concurrency, recordings.length); count > 0; count--) void work();
    for (const [index, recording] of recordings.entries()) {
      const replayed = await answerAt(index).promise;
      answers.delete(index);
      shown += 1;
      progress.resolve();
      progress = Promise.withResolvers();
      if (replayed) {
        yield { recording, replayed, comparison: compareAnswers(recording.recorded, replayed) };
      }
    }
  } finally {
    isOver = true;
    progress.resolve();
  }
}

/** Lets a session's requests run one after the other, if the model wants it. */
class SessionTurns {
  readonly #isSerial: boolean;
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(isSerial: boolean) {
    this.#isSerial = isSerial;
  }

  async next<Result>({ sessionID }: Recording, run: () => Promise<Result>): Promise<Result> {
    if (!this.#isSerial) return run();
    const turn = Promise.resolve(this.#last.get(sessionID)).then(run);
    this.#last.set(sessionID, turn);
    return turn;
  }
}
