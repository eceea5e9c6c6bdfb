import type { ClientReadableStream } from "@grpc/grpc-js";
import type { modelAnswer } from "../generated/model.ts";
import { RpcError, type StatusName, toStatusName } from "./rpc-error.ts";

/** How a stream ended: `OK` when the server ended it, `CANCELLED` when we did. */
export interface StreamEnd {
  readonly code: StatusName;
  readonly details: string;
}

/**
 * An open `sendPrediction`. Iterate it for the answers: the iteration ends when
 * the server ends the stream with OK or we cancel it, and throws RpcError when
 * it ends with an error. Nothing is read ahead of who iterates.
 */
export class AnswerStream implements AsyncIterable<modelAnswer> {
  /**
   * Settles when the container has said that the stream is open, or when it is
   * over. Some containers say nothing before their first answer.
   */
  readonly opened: Promise<void>;
  /** Settles when the stream is over, however it ended; never rejects. */
  readonly ended: Promise<StreamEnd>;
  readonly #call: ClientReadableStream<modelAnswer>;
  #cancelled = false;

  constructor(call: ClientReadableStream<modelAnswer>, signal?: AbortSignal) {
    this.#call = call;
    const cancel = () => this.cancel();
    this.ended = new Promise((resolve) => {
      call.once("status", (status) => {
        signal?.removeEventListener("abort", cancel);
        resolve({ code: toStatusName(status.code), details: status.details });
      });
    });
    this.opened = new Promise((resolve) => {
      call.once("metadata", () => resolve());
      call.once("status", () => resolve());
    });
    // The status carries the error; without a listener the event would be thrown.
    call.on("error", () => {});
    if (signal?.aborted) cancel();
    else signal?.addEventListener("abort", cancel);
  }

  /** Ends the stream from our side. What was received already can still be iterated. */
  cancel(): void {
    this.#cancelled = true;
    this.#call.cancel();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<modelAnswer, void, undefined> {
    let wake = () => {};
    const onChange = () => wake();
    const changed = () =>
      new Promise<void>((resolve) => {
        wake = resolve;
      });
    this.#call.on("readable", onChange).on("end", onChange);
    try {
      while (!this.#call.readableEnded) {
        const answer: modelAnswer | null = this.#call.read();
        if (answer) yield answer;
        else await changed();
      }
    } finally {
      this.#call.off("readable", onChange).off("end", onChange);
      if (!this.#call.readableEnded) this.cancel();
    }
    const end = await this.ended;
    if (end.code !== "OK" && !this.#cancelled) {
      throw new RpcError("sendPrediction", end.code, end.details);
    }
  }
}
