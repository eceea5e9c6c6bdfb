import type { ByteBudget, ByteHold } from "./byte-budget.ts";
import { type FieldLimits, FieldText } from "./field-text.ts";
import { StringFields } from "./string-fields.ts";

/** Takes a message in pieces as it arrives. */
export interface MessageReader {
  write(piece: Uint8Array): void;
  /** The message is complete; returns what its handler is given. @throws what is wrong with it */
  end(): unknown;
  /** The call ended. What no handler has begun to use is dropped. */
  abandon(): void;
}

/**
 * A message whose fields 1, 2, 3 … are strings, kept within limits and a
 * budget: what exceeds them is not kept, and all else of it can still be read.
 */
export class ArrivingMessage<Name extends string> implements MessageReader {
  readonly #texts: ReadonlyMap<Name, FieldText>;
  readonly #hold: ByteHold;
  readonly #fields: StringFields;
  #bytes = 0;
  #isInUse = false;

  /** @param fields their names and limits, in the order of their numbers */
  constructor(fields: readonly (readonly [Name, FieldLimits])[], budget: ByteBudget) {
    this.#hold = budget.hold(() => {
      for (const text of this.#texts.values()) text.cut();
    });
    this.#texts = new Map(
      fields.map(([name, limits]) => [name, new FieldText(limits, this.#hold)]),
    );
    this.#fields = new StringFields([...this.#texts.values()]);
  }

  /** Bytes of the message as they were sent, or as they were before they were compressed. */
  get bytes(): number {
    return this.#bytes;
  }

  /** False when it is no protobuf. */
  get isReadable(): boolean {
    return this.#fields.isWhole;
  }

  write(piece: Uint8Array): void {
    this.#bytes += piece.length;
    this.#fields.write(piece);
  }

  end(): this {
    return this;
  }

  abandon(): void {
    if (!this.#isInUse) this.release();
  }

  /** From now on it is not abandoned: whoever uses it releases it. */
  use(): void {
    this.#isInUse = true;
    this.#hold.keep();
  }

  text(name: Name): string {
    return this.#texts.get(name)?.toString() ?? "";
  }

  /** Whether more of this text was sent than is kept. */
  isCut(name: Name): boolean {
    return this.#texts.get(name)?.isCut ?? false;
  }

  /** Lets the bytes of a text go that was read; its share of the budget stays. */
  drop(name: Name): void {
    this.#texts.get(name)?.drop();
  }

  /** Nothing of it is used any more. */
  release(): void {
    for (const text of this.#texts.values()) text.drop();
    this.#hold.release();
  }
}

/** A message that is so small that it can be kept until all of it is there. */
export class WholeMessage implements MessageReader {
  readonly #deserialize: (bytes: Buffer) => unknown;
  #bytes = Buffer.alloc(0);

  constructor(deserialize: (bytes: Buffer) => unknown) {
    this.#deserialize = deserialize;
  }

  write(piece: Uint8Array): void {
    // A copy: the piece may be a part of something much larger.
    this.#bytes = Buffer.concat([this.#bytes, piece]);
  }

  end(): unknown {
    return this.#deserialize(this.#bytes);
  }

  abandon(): void {}
}
