import type { Slots } from "../async/slots.ts";
import type { ChatEvent } from "../data-models/chat.ts";
import { AnswerTooLargeError } from "../errors/model-errors.ts";
import { DeadlineExceededError } from "../errors/server-errors.ts";
import type { Station } from "./station.ts";

/**
 * Ends a request at its deadline, when its caller's signal aborts, and when its
 * caller reads no further: what comes after it is told by the signal that it
 * gets, and is not waited for if it does not listen.
 * @throws DeadlineExceededError, or the reason of the caller's signal
 */
export function withTimeLimit(next: Station): Station {
  return async function* limit(request, context) {
    const { signal, deadline, receivedAt } = context;
    const controller = new AbortController();
    let giveUp: (reason: unknown) => void = () => {};
    const end = (reason: unknown) => {
      controller.abort(reason);
      giveUp(reason);
    };
    const leave = () => end(signal.reason);
    const startedAt = Date.now();
    const expire = () => {
      const totalMs = deadline.getTime() - receivedAt;
      end(new DeadlineExceededError(totalMs, startedAt - receivedAt));
    };
    const timer = setTimeout(expire, Math.max(0, deadline.getTime() - startedAt));
    signal.addEventListener("abort", leave);
    let events: AsyncIterator<ChatEvent> | undefined;
    let isRead = true;
    try {
      signal.throwIfAborted();
      events = next(request, { ...context, signal: controller.signal })[Symbol.asyncIterator]();
      for (;;) {
        const step = await nextOf(events, (reject) => {
          giveUp = reject;
        });
        if (step.done) return;
        isRead = false;
        yield step.value;
        isRead = true;
        controller.signal.throwIfAborted();
      }
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", leave);
      if (controller.signal.aborted || !isRead) {
        controller.abort();
        // Whatever it still says, nobody is there to hear it.
        events?.return?.()?.catch(() => {});
      }
    }
  };
}

function nextOf(
  events: AsyncIterator<ChatEvent>,
  onBegin: (giveUp: (reason: unknown) => void) => void,
): Promise<IteratorResult<ChatEvent>> {
  return new Promise((resolve, reject) => {
    onBegin(reject);
    events.next().then(resolve, reject);
  });
}

/** Holds one of the model's places for each request, until it ends or is given up. */
export function withConcurrency(next: Station, slots: Slots): Station {
  return async function* hold(request, context) {
    const { signal } = context;
    const release = await slots.take(signal);
    // A model that does not listen keeps no place.
    signal.addEventListener("abort", release);
    try {
      yield* next(request, context);
    } finally {
      signal.removeEventListener("abort", release);
      release();
    }
  };
}

/** Ends an answer that grows too large. @throws AnswerTooLargeError */
export function withAnswerSize(next: Station, maxBytes: number): Station {
  return async function* measure(request, context) {
    let bytes = 0;
    for await (const event of next(request, context)) {
      if (event.type === "text") bytes += Buffer.byteLength(event.text);
      else if (event.type === "image") bytes += event.base64.length;
      if (bytes > maxBytes) throw new AnswerTooLargeError(bytes, maxBytes);
      yield event;
    }
  };
}
