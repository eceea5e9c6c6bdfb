/**
 * How much of an answer is there: not its end, all but the count of its tokens, or
 * all of it.
 */
export type Completeness = "begun" | "ended" | "counted";

/** For how long more is waited for: a count may follow the end, and what ends well serves the next call. */
const gracePeriodMs = { ended: 1000, counted: 100 } as const;

/**
 * The chunks of a stream until nothing more is to be expected. Once the answer has
 * ended, neither a connection that breaks nor one that stays open can spoil it. Its
 * reader can leave at once; LangChain would first wait for a chunk that may never come.
 * @param completeness what the chunks so far make
 */
export async function* untilEnded<Chunk>(
  chunks: AsyncIterable<Chunk>,
  completeness: () => Completeness,
): AsyncGenerator<Chunk, void> {
  const iterator = chunks[Symbol.asyncIterator]();
  const gracePeriod = new GracePeriod();
  let isDone = false;
  try {
    for (;;) {
      const state = completeness();
      const read = iterator.next();
      const next = await (state === "begun"
        ? read
        : gracePeriod.within(gracePeriodMs[state], read));
      isDone = next?.done ?? false;
      if (!next || next.done) return;
      yield next.value;
    }
  } finally {
    gracePeriod.over();
    if (!isDone) iterator.return?.().catch(() => {});
  }
}

/** The short time after an answer's end, however many chunks still come. */
class GracePeriod {
  readonly #passed = Promise.withResolvers<undefined>();
  #timer: NodeJS.Timeout | undefined;
  #limitMs = 0;

  /** Settles as `work` does; undefined when it fails, or when the time has passed. */
  within<Result>(limitMs: number, work: Promise<Result>): Promise<Result | undefined> {
    if (limitMs !== this.#limitMs) {
      this.over();
      this.#limitMs = limitMs;
      this.#timer = setTimeout(() => this.#passed.resolve(undefined), limitMs);
    }
    return Promise.race([work.catch(() => undefined), this.#passed.promise]);
  }

  over(): void {
    clearTimeout(this.#timer);
  }
}
