import type { Logger } from "../data-models/logger.ts";
import type { RequestQueue } from "../queue/request-queue.ts";
import type { ServingState } from "./serving-state.ts";

/** What a shutdown moves. */
export interface ShutdownOptions {
  readonly drainTimeoutMs: number;
  readonly state: ServingState;
  readonly health: { set(status: "NOT_SERVING"): void };
  readonly queue: RequestQueue;
  readonly worker: { stop(): Promise<void> };
  /** Ends the streams with OK. */
  readonly closing: AbortController;
  readonly grpcServer: { stop(signal: AbortSignal): Promise<void> };
  readonly logger: Logger;
}

/** Time that streams and calls get to end once everything is answered. */
const closeTimeoutMs = 2000;

/** Stops without losing: not ready, finish or abort, answer all, end the streams with OK. */
export class Shutdown {
  readonly #options: ShutdownOptions;
  #deadline = 0;

  constructor(options: ShutdownOptions) {
    this.#options = options;
  }

  /** Takes requests on, unready, until none is left or the time is up; then refuses and aborts. */
  async drain(): Promise<void> {
    const { drainTimeoutMs, state, health, queue, worker, logger } = this.#options;
    this.#deadline = Date.now() + drainTimeoutMs;
    state.moveTo("draining");
    health.set("NOT_SERVING");
    const { size, pending } = queue.stats();
    logger.info({ waiting: size, running: pending, timeoutMs: drainTimeoutMs }, "draining");
    await withTimeout(drainTimeoutMs, (signal) => queue.onIdle(signal));
    state.moveTo("closed");
    await worker.stop();
  }

  /** Delivers what is answered, then closes the streams with OK and the port. */
  async closeDoors(): Promise<void> {
    const { drainTimeoutMs, state, queue, worker, closing, grpcServer, logger } = this.#options;
    // A start that failed before the worker ran may have taken requests already.
    state.moveTo("closed");
    await worker.stop();
    const leftMs = Math.max(this.#deadline - Date.now(), Math.min(drainTimeoutMs, closeTimeoutMs));
    const { undelivered } = queue.stats();
    if (undelivered > 0) {
      logger.info({ undelivered, timeoutMs: leftMs }, "waiting for clients to take their answers");
    }
    await withTimeout(leftMs, (signal) => queue.onDelivered(signal));
    closing.abort();
    await withTimeout(closeTimeoutMs, (signal) => grpcServer.stop(signal));
    const left = queue.stats().undelivered;
    if (left > 0) logger.warn({ undelivered: left }, "stopped with answers that nobody took");
  }
}

async function withTimeout(timeoutMs: number, wait: (signal: AbortSignal) => Promise<void>) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  await wait(controller.signal);
  clearTimeout(timer);
}
