import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "../data-models/request-context.ts";
import type { Delivery, RequestQueue } from "../queue/request-queue.ts";
import type { ServingState } from "./serving-state.ts";

/** What a shutdown moves. */
export interface ShutdownOptions {
  readonly drainTimeoutMs: number;
  /** Time between unready and closed, in which whoever balances finds others. */
  readonly unreadyMs: number;
  readonly state: ServingState;
  readonly health: { set(status: "NOT_SERVING"): void };
  readonly queue: RequestQueue;
  readonly worker: { finish(signal: AbortSignal): Promise<void>; stop(): Promise<void> };
  /** Ends the streams with OK. */
  readonly closing: AbortController;
  readonly grpcServer: {
    drain(signal: AbortSignal): Promise<void>;
    stop(signal: AbortSignal): Promise<void>;
  };
  /** How many streams could deliver an answer. */
  readonly openStreams: () => number;
  /** Resolves when none is open, or when `signal` aborts. */
  readonly onStreamsEnded: (signal: AbortSignal) => Promise<void>;
  /** Told about each answer that no client took. */
  readonly onUndelivered: (delivery: Delivery) => void;
  readonly logger: Logger;
}

/** Time that streams and calls get to end once everything is answered. */
const closeTimeoutMs = 2000;
/** A client that reads acknowledges within this time. */
const receiptTimeoutMs = 500;

/** Stops without losing: not ready, finish or abort, answer all, end the streams. */
export class Shutdown {
  readonly #options: ShutdownOptions;
  #deadline = 0;

  constructor(options: ShutdownOptions) {
    this.#options = options;
  }

  /**
   * Takes requests on, unready, until none is left or the time is up; then
   * refuses and aborts. Of a shared queue only what runs is finished, because
   * others take what waits; a durable one keeps what is not done in time.
   */
  async drain(): Promise<void> {
    const { drainTimeoutMs, unreadyMs, state, health, queue, worker, logger } = this.#options;
    this.#deadline = Date.now() + drainTimeoutMs;
    state.moveTo("draining");
    health.set("NOT_SERVING");
    const { size, pending } = await queue.stats();
    logger.info({ waiting: size, running: pending, timeoutMs: drainTimeoutMs }, "draining");
    const noticed = sleep(Math.min(unreadyMs, drainTimeoutMs));
    await withTimeout(drainTimeoutMs, (signal) =>
      queue.durable?.isShared ? worker.finish(signal) : queue.onIdle(signal),
    );
    await noticed;
    await this.#stopWork();
  }

  /** Delivers what is answered, then closes the port and ends the streams. */
  async closeDoors(): Promise<void> {
    const { drainTimeoutMs, queue, closing, grpcServer, openStreams } = this.#options;
    // A start that failed before the worker ran may have taken requests already.
    await this.#stopWork();
    if (!queue.durable) {
      await this.#deliver(
        Math.max(this.#deadline - Date.now(), Math.min(drainTimeoutMs, closeTimeoutMs)),
      );
    }
    if (queue.durable) await this.#endStreams();
    await withTimeout(closeTimeoutMs, async (signal) => {
      // Calls whose last bytes arrive only now are refused, and their answers go out, too.
      await grpcServer.drain(signal);
      if (openStreams() > 0 && !queue.durable) await queue.onDelivered(signal);
      closing.abort();
      await grpcServer.stop(signal);
    });
    await this.#logUndelivered();
  }

  /** While its port is open a connection can still say what has arrived; the rest is delivered later. */
  async #endStreams(): Promise<void> {
    const { queue, closing, openStreams, onStreamsEnded } = this.#options;
    if (openStreams() === 0) return;
    if (!queue.durable?.isShared) {
      await withTimeout(receiptTimeoutMs, (signal) => queue.onDelivered(signal));
    }
    closing.abort();
    await withTimeout(receiptTimeoutMs, onStreamsEnded);
  }

  async #stopWork(): Promise<void> {
    const { state, queue, worker } = this.#options;
    state.moveTo("closed");
    // What a durable queue takes until the port is closed is answered by the next process.
    if (queue.durable) queue.durable.hurry();
    else queue.close();
    await worker.stop();
  }

  async #deliver(timeoutMs: number): Promise<void> {
    const { queue, logger } = this.#options;
    const { undelivered } = await queue.stats();
    if (undelivered > 0) {
      logger.info({ undelivered, timeoutMs }, "waiting for clients to take their answers");
    }
    await withTimeout(timeoutMs, (signal) => queue.onDelivered(signal));
  }

  /** Whoever waits for one of these answers will want to know. */
  async #logUndelivered(): Promise<void> {
    const { queue, logger, onUndelivered } = this.#options;
    const { undelivered } = await queue.stats();
    if (undelivered === 0) return;
    if (queue.durable) {
      logger.info({ undelivered }, "answers that nobody took yet stay in the queue");
      return;
    }
    logger.warn({ undelivered }, "stopped with answers that nobody took");
    const taken: Delivery[] = [];
    await withTimeout(closeTimeoutMs, async (signal) => {
      for await (const delivery of queue.deliveries(signal)) {
        onUndelivered(delivery);
        taken.push(delivery);
        if (taken.length === undelivered) break;
      }
    });
    for (const delivery of taken) delivery.release();
  }
}

async function withTimeout(timeoutMs: number, wait: (signal: AbortSignal) => Promise<void>) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  try {
    await wait(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}
