import { setImmediate as afterOtherWork } from "node:timers/promises";
import { ProviderError } from "../../errors/model-errors.ts";

/** The most of an answer that is held at once: all of one that comes whole, or one event of a stream. */
export const maxAnswerBytes = 64 * 2 ** 20;

/** More bytes than that go to a reader only after it has had its turn with the ones before. */
const maxPieceBytes = 4096;

/** An empty line, or OpenAI's last event, after which some servers send none. */
const eventEnd = /\n\r?\n|\r\r|data: ?\[DONE\]/g;
const eventEndLength = "data: [DONE]".length;

/** The error of an answer that does not end within reason. */
export function oversizedAnswer(provider: string): ProviderError {
  const problem = `its answer is larger than the ${maxAnswerBytes / 2 ** 20} MiB that are read of one. Ask for less, or set a limit of tokens (maxTokens).`;
  return new ProviderError(provider, "RESOURCE_EXHAUSTED", problem, {
    reason: "malformed",
    participantText: "The AI's answer was too large to be sent. Please ask for a shorter one.",
  });
}

/** How a body is read, and when it is given up. */
export interface BodyBounds {
  /** Whether it comes in events: those before have been read when the next one comes. */
  readonly isStream: boolean;
  readonly onTooLarge: () => Error;
  /** Default: `maxAnswerBytes`. */
  readonly maxBytes?: number;
}

/**
 * A body that neither fills the memory nor keeps the process from all else. SDKs look
 * through an event from its beginning with each part of it that comes, and move all
 * that follows a short one: they get whole events, few at a time, and other work gets
 * its turn in between, also where the next part is there already.
 */
export function boundedBody(
  body: ReadableStream<Uint8Array>,
  { isStream, onTooLarge, maxBytes = maxAnswerBytes }: BodyBounds,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let passedOn = 0;
  const events = new WholeEvents();
  return new ReadableStream(
    {
      pull: async (controller) => {
        await afterOtherWork();
        let piece = events.next();
        while (!piece) {
          const { value } = await reader.read();
          if (!value) break;
          events.add(value);
          if ((isStream ? 0 : passedOn) + events.heldBytes > maxBytes) {
            const error = onTooLarge();
            await reader.cancel(error).catch(() => {});
            throw error;
          }
          piece = events.next();
          if (!piece) await afterOtherWork();
        }
        piece ??= events.rest();
        passedOn += piece?.byteLength ?? 0;
        if (piece) controller.enqueue(piece);
        else controller.close();
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

/** Bytes that are given on in whole events. */
class WholeEvents {
  #bytes = Buffer.alloc(maxPieceBytes);
  /** What is held is between these. */
  #givenOn = 0;
  #length = 0;
  /** Where the whole events end that are held. */
  #ends: number[] = [];
  #tail = "";

  get heldBytes(): number {
    return this.#length - this.#givenOn;
  }

  /** To be called when no whole event is held any more. */
  add(bytes: Uint8Array): void {
    const added = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const text = this.#tail + added.toString("latin1");
    const offset = this.heldBytes - this.#tail.length;
    const ends = [...text.matchAll(eventEnd)].map((end) => end.index + end[0].length);
    this.#append(added);
    this.#ends = ends.map((end) => end + offset);
    // No event ends within the tail.
    this.#tail = text.slice(ends.at(-1) ?? 0).slice(1 - eventEndLength);
  }

  /** As many whole events as make a piece; one at least. */
  next(): Uint8Array | undefined {
    const [first] = this.#ends;
    if (first === undefined) return undefined;
    const beyond = this.#ends.findIndex((end) => end > this.#givenOn + maxPieceBytes);
    const taken = beyond === -1 ? this.#ends.length : Math.max(1, beyond);
    const [last = first] = this.#ends.splice(0, taken).slice(-1);
    return this.#give(last);
  }

  /** What came after the last whole event. */
  rest(): Uint8Array | undefined {
    return this.heldBytes > 0 ? this.#give(this.#length) : undefined;
  }

  #give(end: number): Uint8Array {
    const piece = Uint8Array.from(this.#bytes.subarray(this.#givenOn, end));
    this.#givenOn = end;
    return piece;
  }

  #append(added: Buffer): void {
    const held = this.#bytes.subarray(this.#givenOn, this.#length);
    const length = held.byteLength + added.byteLength;
    // Twice as much at a time: what comes in many parts is copied a few times only.
    const target = length > this.#bytes.byteLength ? Buffer.alloc(length * 2) : this.#bytes;
    held.copy(target);
    added.copy(target, held.byteLength);
    this.#bytes = target;
    this.#givenOn = 0;
    this.#length = length;
  }
}
