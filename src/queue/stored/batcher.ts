import { DataError } from "./store-errors.ts";

/** How a batcher works. */
export interface BatcherOptions<Item, Result> {
  /** Does all of them in one step, or none, and returns one result for each, in their order. */
  readonly work: (items: readonly Item[], isAgain: boolean) => Promise<readonly Result[]>;
  /** Batches under way at once; what comes meanwhile gathers for the next one. */
  readonly concurrency: number;
  readonly maxItems: number;
  /** How much an item weighs, in bytes or characters; a batch takes no more once it is heavy. */
  readonly weigh: (item: Item) => number;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (reason: unknown) => void;
}

/** One step of this weight keeps nothing busy for long; an item of this weight is one by itself. */
const heavy = 8 * 2 ** 20;

/** Turns many small pieces of work into few larger ones: what comes while one is under way goes together. */
export class Batcher<Item, Result> {
  readonly #options: BatcherOptions<Item, Result>;
  #waiting: Waiting<Item, Result>[] = [];
  #underWay = 0;
  #isHeavyUnderWay = false;
  #isScheduled = false;

  constructor(options: BatcherOptions<Item, Result>) {
    this.#options = options;
  }

  /** Rejects when the batch that it is part of does, unless only the data of others is at fault. */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#schedule();
    });
  }

  /** The rest of this turn may bring more. */
  #schedule(): void {
    if (this.#isScheduled || this.#underWay >= this.#options.concurrency) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    const batch = this.#takeNext();
    const isHeavy = batch.some((one) => this.#isHeavy(one));
    if (batch.length === 0) return;
    this.#underWay++;
    if (isHeavy) this.#isHeavyUnderWay = true;
    if (this.#waiting.length > 0) this.#schedule();
    await this.#do(batch, false);
    this.#underWay--;
    if (isHeavy) this.#isHeavyUnderWay = false;
    if (this.#waiting.length > 0) this.#schedule();
  }

  async #do(batch: readonly Waiting<Item, Result>[], isAgain: boolean): Promise<void> {
    try {
      const items = batch.map(({ item }) => item);
      const results = await this.#options.work(items, isAgain);
      for (const [place, { resolve, reject }] of batch.entries()) {
        if (place < results.length) resolve(results[place] as Result);
        else reject(new Error("a batch came back with too few results"));
      }
    } catch (error) {
      if (error instanceof DataError && batch.length > 1) {
        // One of them is to blame: the others are done without it.
        for (const one of batch) await this.#do([one], true);
      } else {
        for (const { reject } of batch) reject(error);
      }
    }
  }

  /** Heavy items go one after the other, and lighter ones, which come after them, need not wait. */
  #takeNext(): readonly Waiting<Item, Result>[] {
    const { maxItems, weigh } = this.#options;
    const [first] = this.#waiting;
    if (first && this.#isHeavy(first) && !this.#isHeavyUnderWay) return this.#waiting.splice(0, 1);
    const batch: Waiting<Item, Result>[] = [];
    let weight = 0;
    this.#waiting = this.#waiting.filter((one) => {
      if (batch.length === maxItems || weight >= heavy || this.#isHeavy(one)) return true;
      weight += weigh(one.item);
      batch.push(one);
      return false;
    });
    return batch;
  }

  #isHeavy({ item }: Waiting<Item, Result>): boolean {
    return this.#options.weigh(item) >= heavy;
  }
}
