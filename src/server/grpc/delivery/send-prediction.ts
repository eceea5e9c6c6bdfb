import { Metadata, type ServerWritableStream } from "@grpc/grpc-js";
import { Fifo } from "../../../async/fifo.ts";
import { ShuttingDownError } from "../../../errors/server-errors.ts";
import type { Empty, modelAnswer } from "../../../generated/model.ts";
import { charactersOf } from "../../../queue/memory/delivery-list.ts";
import type { Delivery, RequestQueue } from "../../../queue/request-queue.ts";
import { sessionOf, streamOf } from "../connections/http2-session.ts";
import { createDeliveryReceipts } from "./delivery-receipts.ts";
import { UnderWay } from "./under-way.ts";

/**
 * A client that has acknowledged nothing for so long may be gone without a word,
 * or only be frozen: its stream stays, and what it has goes to another stream.
 */
const giveUpMs = 40_000;

/** Looks after streams whose client is silent while another one could deliver. */
export class SilentStreams {
  readonly #open = new Set<UnderWay>();
  #timer: NodeJS.Timeout | null = null;

  /** A stream was opened. */
  add(stream: UnderWay): void {
    this.#open.add(stream);
    this.#giveUp();
  }

  /** A stream has ended. */
  remove(stream: UnderWay): void {
    this.#open.delete(stream);
    if (this.#open.size < 2) this.#rest();
  }

  /** Something was written: should it not be acknowledged, somebody has to notice. */
  watch(): void {
    if (this.#timer || this.#open.size < 2) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#giveUp();
    }, giveUpMs);
    this.#timer.unref();
  }

  #giveUp(): void {
    if (this.#open.size < 2) return;
    let isAnySilent = false;
    for (const stream of this.#open) {
      if (stream.silentMs >= giveUpMs) stream.giveUp();
      else isAnySilent ||= stream.silentMs > 0;
    }
    if (isAnySilent) this.watch();
  }

  #rest(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

interface Acknowledged {
  readonly delivery: Delivery;
  readonly at: number;
}

/** What a client's HTTP/2 may acknowledge before its program reads (grpcio: about 4 MiB). */
const minCharacters = 4 * 2 ** 20;
/** What lies longer in a client that reads at all is read. */
const readWithinMs = 60_000;
/** More is not remembered, whatever its age. */
const most = { answers: 32_768, characters: 8 * 2 ** 20 };

/**
 * Answers that a client has acknowledged last. Its HTTP/2 does that, not its
 * program: when the connection breaks, they may never have been read (ARENA-17).
 */
export class UnreadAnswers {
  readonly #answers = new Fifo<Acknowledged>();
  readonly #now: () => number;
  #characters = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  add(delivery: Delivery): void {
    this.#answers.push({ delivery, at: this.#now() });
    this.#characters += charactersOf(delivery);
    for (let oldest = this.#answers.peek(); oldest; oldest = this.#answers.peek()) {
      const rest = this.#characters - charactersOf(oldest.delivery);
      const isRead = rest >= minCharacters && this.#now() - oldest.at > readWithinMs;
      const isTooMuch = this.#characters > most.characters || this.#answers.length > most.answers;
      // The last one stays, however long it is.
      if (!(isRead || isTooMuch) || this.#answers.length === 1) break;
      this.#answers.shift();
      this.#characters = rest;
    }
  }

  /** Lets them go out once more, and returns how many there are. */
  repeatAll(): number {
    const count = this.#answers.length;
    for (let next = this.#answers.shift(); next; next = this.#answers.shift()) {
      next.delivery.again();
    }
    this.#characters = 0;
    return count;
  }
}

/** What a stream needs to deliver answers. */
export interface SendPredictionOptions {
  readonly queue: RequestQueue;
  /**
   * Aborts when streams must end because the server stops: with OK where another
   * process goes on with the queue, else with UNAVAILABLE (ARENA-20).
   */
  readonly closing: AbortSignal;
  readonly onOpened: () => void;
  readonly onClosed: () => void;
  readonly onWritten: () => void;
  /** Told about each answer that the client has acknowledged. */
  readonly onDelivered: (delivery: Delivery) => void;
  /** Told how many answers go out once more because a connection broke. */
  readonly onRepeated: (count: number) => void;
}

/**
 * Streams answers until the client leaves or the server stops (ARENA-15 to
 * ARENA-17). What the client has not acknowledged goes back to the queue; when its
 * connection breaks, so does what it may not have read.
 */
export function createSendPrediction(options: SendPredictionOptions) {
  const silent = new SilentStreams();
  return async (call: ServerWritableStream<Empty, modelAnswer>): Promise<void> => {
    const stream = streamOf(call);
    // grpc-js hands over calls that ended before, too, and of those no event ever comes.
    if (stream && (stream.destroyed || stream.writableEnded)) return;
    const session = sessionOf(call);
    // A client that resets its stream is alive; where the socket has gone, Node resets in its name.
    let isReset = false;
    stream?.once("aborted", () => {
      isReset = session?.socket?.destroyed === false;
    });
    const cancelled = new AbortController();
    // After a cancel neither write callbacks nor `drain` come: only this ends the waiting.
    for (const event of ["cancelled", "close", "error"]) call.on(event, () => cancelled.abort());
    const ending = new AbortController();
    const end = () => ending.abort();
    for (const signal of [cancelled.signal, options.closing]) signal.addEventListener("abort", end);
    if (options.closing.aborted) end();
    const underWay = new UnderWay();
    const unread = new UnreadAnswers();
    const acknowledged = (delivery: Delivery) => {
      if (!underWay.remove(delivery)) return;
      delivery.done();
      unread.add(delivery);
      options.onDelivered(delivery);
    };
    const isLastChance = options.queue.durable === null;
    const receipts = createDeliveryReceipts(session, acknowledged, isLastChance);
    // Headers tell the client that the stream is open, before there is an answer.
    call.sendMetadata(new Metadata());
    silent.add(underWay);
    options.onOpened();
    try {
      for await (const delivery of options.queue.deliveries(ending.signal)) {
        if (ending.signal.aborted) {
          delivery.release();
          break;
        }
        // The client may have fallen silent while there was nothing to deliver.
        if (!underWay.hasRoom) {
          delivery.release();
          await underWay.onRoom(ending.signal);
          continue;
        }
        underWay.add(delivery);
        const { answer, sessionID, messageID } = delivery;
        call.write({ answer: answer.text, sessionID, messageID }, (error?: Error | null) => {
          if (!error) receipts.written(delivery);
        });
        silent.watch();
        options.onWritten();
        if (!underWay.hasRoom) await underWay.onRoom(ending.signal);
      }
      await underWay.onEmpty(cancelled.signal);
    } finally {
      options.closing.removeEventListener("abort", end);
      underWay.giveUp();
      // A client that ends its stream in order lives and has read; with its connection it may have died.
      if (!options.closing.aborted && session?.destroyed && !isReset)
        options.onRepeated(unread.repeatAll());
      silent.remove(underWay);
      options.onClosed();
    }
    if (options.closing.aborted && !options.queue.durable?.isShared) {
      throw new ShuttingDownError("Open this stream again when it is back: restart what cannot.");
    }
  };
}
