import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { neverAborted } from "../async/never-aborted.ts";
import { Slots } from "../async/slots.ts";
import { toErrorAnswerText, toSizedAnswerText } from "../data-models/answer-text.ts";
import type { Logger } from "../data-models/request-context.ts";
import type { TaskOutput } from "../data-models/task.ts";
import type { ArenaError } from "../errors/arena-error.ts";
import { InternalError } from "../errors/model-errors.ts";
import {
  AttemptsExhaustedError,
  DeadlineExceededError,
  ShuttingDownError,
} from "../errors/server-errors.ts";
import { toArenaError } from "../errors/to-arena-error.ts";
import { toTaskOutput } from "../models/streamed-model.ts";
import { toChatRequest } from "../models/to-chat-request.ts";
import type { Answer, Job, RequestQueue } from "../queue/request-queue.ts";
import { createCallContext } from "./call-context.ts";
import type { Station } from "./station.ts";

/** What a worker works with. */
interface WorkerOptions {
  readonly queue: RequestQueue;
  readonly pipeline: Station;
  readonly maxConcurrency: number;
  readonly maxAnswerBytes: number;
  readonly logContent: boolean;
  readonly logger: Logger;
  /** Told about each request that it answered. */
  readonly onAnswered: (
    outcome: Answer["outcome"],
    waitingMs: number,
    /** Null when the model never saw it. */
    modelMs: number | null,
  ) => void;
}

/** Room in an answer's message for what is neither text nor id. */
const messageOverheadBytes = 64;
/** Poison messages: a request that ended so many workers is answered with an error. */
const maxAttempts = 3;

/**
 * Takes requests from the queue, runs them through the pipeline, several at
 * once, and stores exactly one answer for each: whatever is thrown becomes one.
 */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #slots: Slots;
  /** Aborts to take no further work. */
  readonly #pause = new AbortController();
  /** Aborts what runs. */
  readonly #leaving = new AbortController();
  readonly #loops: Promise<void>[] = [];
  readonly #stopped = new ShuttingDownError();

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#slots = new Slots(options.maxConcurrency);
    // Each request that runs listens.
    setMaxListeners(0, this.#leaving.signal);
  }

  /** Answers requests whose deadline passes while they wait, also before the model is ready. */
  watchDeadlines(): void {
    this.#loops.push(this.#expiryLoop());
  }

  /** Begins to work on requests. */
  start(): void {
    this.#loops.push(this.#claimLoop());
  }

  /** Takes no further work, and resolves when what runs has ended, or when `signal` aborts. */
  async finish(signal: AbortSignal): Promise<void> {
    this.#pause.abort();
    await this.#slots.onIdle(signal);
  }

  /**
   * Takes no further work and ends what runs. A durable queue keeps all of it
   * for others; else it is answered with UNAVAILABLE. Idempotent.
   */
  async stop(): Promise<void> {
    const { queue } = this.#options;
    this.#pause.abort();
    await Promise.all(this.#loops);
    this.#leaving.abort(this.#stopped);
    if (!queue.durable) {
      const waiting = await queue.claimAll();
      await Promise.all(waiting.map((job) => this.#refuse(job, this.#stopped)));
    }
    await this.#slots.onIdle(neverAborted);
  }

  async #claimLoop(): Promise<void> {
    const { signal } = this.#pause;
    while (!signal.aborted) {
      if (this.#slots.free === 0) await this.#slots.onFree(signal);
      await this.#claim(signal);
    }
  }

  /** Apart from its loop, whose frame would keep the requests it began last while it waits for more. */
  async #claim(signal: AbortSignal): Promise<void> {
    const jobs = await this.#options.queue.claim(this.#slots.free, signal);
    for (const job of jobs) void this.#slots.run(() => this.#work(job));
  }

  async #expiryLoop(): Promise<void> {
    const { signal } = this.#pause;
    while (!signal.aborted) await this.#refuseExpired(signal);
  }

  async #refuseExpired(signal: AbortSignal): Promise<void> {
    const jobs = await this.#options.queue.claimExpired(signal);
    await Promise.all(jobs.map((job) => this.#refuse(job, deadlineError(job))));
  }

  async #work(job: Job): Promise<void> {
    const { attempt } = job;
    if (attempt > maxAttempts) {
      await this.#refuse(job, new AttemptsExhaustedError(maxAttempts));
      return;
    }
    const answer = await this.#answer(job);
    if (answer) await this.#store(job, answer, Date.now() - job.claimedAt);
    else await this.#options.queue.durable?.giveBack(job);
  }

  /** Runs a request; null when it is left to others. */
  async #answer(job: Job): Promise<Answer | null> {
    const { queue, pipeline, logger } = this.#options;
    const { request } = job;
    const { signal } = this.#leaving;
    const context = createCallContext(request, { logger, signal, isStreamed: false });
    try {
      return this.#toAnswer(
        job,
        await toTaskOutput(pipeline(toChatRequest(request.input), context)),
      );
    } catch (thrown) {
      if (thrown === this.#stopped && queue.durable) return null;
      return this.#toErrorAnswer(job, thrown, true);
    }
  }

  async #refuse(job: Job, error: ArenaError): Promise<void> {
    await this.#store(job, this.#toErrorAnswer(job, error), null);
  }

  async #store(job: Job, answer: Answer, modelMs: number | null): Promise<void> {
    const { logger, logContent, onAnswered } = this.#options;
    if (logContent) {
      const { sessionID, messageID, input } = job.request;
      logger.info({ sessionID, messageID, input, answer: answer.text }, "content");
    }
    const stored = await this.#keep(job, answer);
    if (!stored) return;
    const { receivedAt } = job.request;
    onAnswered(stored.outcome, job.claimedAt - receivedAt, modelMs);
  }

  /** What is stored in the end: an error where the queue's store cannot hold the answer. */
  async #keep(job: Job, answer: Answer): Promise<Answer | null> {
    const { queue, logger } = this.#options;
    try {
      return (await queue.answer(job, answer)) ? answer : null;
    } catch (thrown) {
      const instead = this.#toErrorAnswer(job, thrown);
      try {
        return (await queue.answer(job, instead)) ? instead : null;
      } catch (error) {
        const { sessionID, messageID } = job.request;
        logger.error({ sessionID, messageID, err: error }, "no answer to a request can be stored");
        return null;
      }
    }
  }

  #toAnswer(job: Job, output: TaskOutput): Answer {
    const { sessionID, messageID } = job.request;
    const idBytes = Buffer.byteLength(sessionID) + Buffer.byteLength(messageID);
    const { maxAnswerBytes } = this.#options;
    const text = toSizedAnswerText(output, maxAnswerBytes, idBytes + messageOverheadBytes);
    return { text, outcome: "OK" };
  }

  /**
   * Never throws, whatever was thrown: this is the last chance to answer.
   * @param isRun whether it was with the model: unless the server ended it, the
   * model or its answer is the reason, of which the participant is told little
   */
  #toErrorAnswer(job: Job, thrown: unknown, isRun = false): Answer {
    const { sessionID, messageID } = job.request;
    const { logger } = this.#options;
    try {
      const error = toArenaError(thrown);
      const { code, message } = error;
      const isEnded = error === this.#stopped || error instanceof DeadlineExceededError;
      if (error instanceof InternalError) logCause(logger, { sessionID, messageID }, error);
      else if (isRun && !isEnded) logger.warn({ sessionID, messageID, code }, message);
      return { text: toErrorAnswerText(error), outcome: code };
    } catch {
      const error = new InternalError(randomUUID(), null);
      logger.error({ sessionID, messageID }, `${error.message} What was thrown cannot be read.`);
      return { text: toErrorAnswerText(error), outcome: error.code };
    }
  }
}

function deadlineError({ request, claimedAt }: Job): DeadlineExceededError {
  const { receivedAt, deadline } = request;
  return new DeadlineExceededError(deadline - receivedAt, claimedAt - receivedAt);
}

/** Logs what is behind an internal error, even if that throws when it is looked at. */
function logCause(logger: Logger, ids: object, error: InternalError): void {
  try {
    logger.error({ ...ids, err: error.cause }, error.message);
  } catch {
    logger.error(ids, `${error.message} It throws when it is written down.`);
  }
}
