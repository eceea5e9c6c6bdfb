import { Metadata, type ServerWritableStream } from "@grpc/grpc-js";
import { ShuttingDownError } from "../../../errors/server-errors.ts";
import type { Empty, modelAnswer } from "../../../generated/model.ts";
import type { Delivery, RequestQueue } from "../../../queue/request-queue.ts";
import { sessionOf, streamOf } from "../connections/http2-session.ts";
import { createDeliveryReceipts } from "./delivery-receipts.ts";
import { SilentStreams } from "./silent-streams.ts";
import { UnderWay } from "./under-way.ts";
import { UnreadAnswers } from "./unread-answers.ts";

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
