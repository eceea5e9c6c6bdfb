import type { ServerHttp2Session } from "node:http2";
import type { Delivery } from "../../../queue/request-queue.ts";

/** Least time between two pings, so that heavy traffic is acknowledged in batches. */
const pingIntervalMs = 20;

/** Learns whether what was written has arrived, and only then calls a delivery done. */
export interface DeliveryReceipts {
  /** The delivery was handed to the connection. */
  written(delivery: Delivery): void;
}

/**
 * Acknowledges by ping where the session can be reached, else by the write
 * itself. `isLastChance` says that nobody delivers later what is not acknowledged.
 */
export function createDeliveryReceipts(
  session: ServerHttp2Session | null,
  acknowledged: (delivery: Delivery) => void,
  isLastChance = true,
): DeliveryReceipts {
  return session
    ? new PingReceipts(session, acknowledged, isLastChance)
    : { written: acknowledged };
}

/**
 * A write's callback fires even into a dead network. The acknowledgement of an
 * HTTP/2 PING that was sent after the write means more: the peer has read the
 * connection up to there. One ping at a time covers all that was written before.
 */
class PingReceipts implements DeliveryReceipts {
  readonly #session: ServerHttp2Session;
  readonly #acknowledged: (delivery: Delivery) => void;
  readonly #isLastChance: boolean;
  #written: Delivery[] = [];
  #isPinging = false;
  #lastPing = 0;

  constructor(
    session: ServerHttp2Session,
    acknowledged: (delivery: Delivery) => void,
    isLastChance: boolean,
  ) {
    this.#session = session;
    this.#acknowledged = acknowledged;
    this.#isLastChance = isLastChance;
  }

  written(delivery: Delivery): void {
    this.#written.push(delivery);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isPinging || this.#written.length === 0) return;
    this.#isPinging = true;
    const waitMs = this.#lastPing + pingIntervalMs - performance.now();
    if (waitMs <= 0) this.#ping();
    else setTimeout(() => this.#ping(), waitMs).unref();
  }

  #ping(): void {
    // A dead session's stream is cancelled, and whoever wrote takes the deliveries back.
    if (this.#session.destroyed) return;
    this.#lastPing = performance.now();
    const covered = this.#written;
    this.#written = [];
    if (this.#session.closed) {
      // A session that is closing sends no pings any more: the write has to do, or a later stream.
      this.#isPinging = false;
      if (!this.#isLastChance) return;
      for (const delivery of covered) this.#acknowledged(delivery);
      return;
    }
    const isSent = this.#session.ping((error) => {
      this.#isPinging = false;
      if (error) return;
      for (const delivery of covered) this.#acknowledged(delivery);
      this.#schedule();
    });
    if (isSent) return;
    // Too many pings are under way (keepalive sends them too): these are acknowledged later.
    this.#written = [...covered, ...this.#written];
    this.#isPinging = false;
    this.#schedule();
  }
}
