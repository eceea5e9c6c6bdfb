import assert from "node:assert/strict";
import { MessageReader } from "./message-reader.ts";

describe("MessageReader", () => {
  it("reads the messages of each stream, however their bytes are cut", () => {
    const message = toMessage("from the first stream");
    const bytes = Buffer.concat([
      toFrame({ type: 4, stream: 0, payload: Buffer.alloc(6) }),
      toFrame({ stream: 1, payload: message.subarray(0, 8) }),
      toFrame({ stream: 3, payload: Buffer.concat([toMessage("second"), toMessage("third")]) }),
      toFrame({ stream: 1, payload: message.subarray(8) }),
    ]);
    for (const length of [1, 7, bytes.length]) {
      const reader = new MessageReader();
      const messages: string[] = [];
      for (let start = 0; start < bytes.length; start += length) {
        const part = bytes.subarray(start, start + length);
        messages.push(...reader.read(part).map(String));
      }
      assert.deepEqual(messages, ["second", "third", "from the first stream"]);
    }
  });

  it("reads past padding, and past what is compressed", () => {
    const padded = Buffer.concat([Buffer.from([3]), toMessage("padded"), Buffer.alloc(3)]);
    const compressed = toMessage("compressed");
    compressed[0] = 1;
    const bytes = Buffer.concat([
      toFrame({ flags: 8, stream: 1, payload: padded }),
      toFrame({ stream: 1, payload: compressed }),
      toFrame({ stream: 1, payload: toMessage("last") }),
    ]);
    assert.deepEqual(new MessageReader().read(bytes).map(String), ["padded", "last"]);
  });
});

interface Frame {
  readonly type?: number;
  readonly flags?: number;
  readonly stream: number;
  readonly payload: Buffer;
}

function toFrame({ type = 0, flags = 0, stream, payload }: Frame): Buffer {
  const header = Buffer.alloc(9);
  header.writeUIntBE(payload.length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(stream, 5);
  return Buffer.concat([header, payload]);
}

function toMessage(text: string): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt32BE(text.length, 1);
  return Buffer.concat([header, Buffer.from(text)]);
}
