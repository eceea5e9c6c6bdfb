import type { SeededRandom } from "../chaos/random.ts";
import {
  bareField,
  bytesField,
  encodeFields,
  tagOf,
  varint,
  type WireField,
  wireType,
} from "./wire-field.ts";

/** Makes something odd of a message's fields. */
export type FieldMutation = (
  fields: readonly WireField[],
  random: SeededRandom,
) => readonly WireField[];

/** Makes something odd of a message's bytes. */
export type ByteMutation = (bytes: Buffer, random: SeededRandom) => Buffer;

const oddNumbers = [0, 1, 2, 3, 4, 5, 6, 7, 8, 15, 16, 2047, 2048, 18_999, 2 ** 28, 2 ** 29 - 1];
const oddLengths = [
  127n,
  128n,
  16_384n,
  2n ** 21n,
  2n ** 28n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 63n,
  2n ** 64n - 1n,
];
/** Around what protobuf libraries take, which is 100. */
const groupDepths = [1, 2, 3, 99, 100, 101, 1000, 5000];
const invalidUtf8 = [
  "ff",
  "c0af",
  "eda080",
  "edb080",
  "edbfbf",
  "f4908080",
  "e282",
  "f09f98",
  "80",
];
/** Sizes at which something begins to be different. */
const oddSizes = [4095, 4096, 4097, 8192, 16_383, 65_536];

/** Mutations of fields, by their names. */
export const fieldMutations = {
  "field number": (fields, random) =>
    changeOne(fields, random, (field) => ({
      ...field,
      tag: tagOf(random.pick(oddNumbers), wireType.bytes),
    })),
  "wire type": (fields, random) =>
    changeOne(fields, random, (field) => {
      const type = random.whole(0, 7);
      const number = (field.tag[0] ?? 8) >> 3;
      return { ...field, tag: tagOf(number, type) };
    }),
  "length too long": (fields, random) =>
    changeOne(fields, random, (field) => ({
      ...field,
      length: varint(field.body.length + random.whole(1, 300)),
    })),
  "length too short": (fields, random) =>
    changeOne(fields, random, (field) => ({
      ...field,
      length: varint(random.whole(0, Math.max(0, field.body.length - 1))),
    })),
  "length at a limit": (fields, random) =>
    changeOne(fields, random, (field) => ({ ...field, length: varint(random.pick(oddLengths)) })),
  "overlong varint": (fields, random) =>
    changeOne(fields, random, (field) => {
      const bytes = random.whole(2, 12);
      if (random.isOneIn(2)) return { ...field, length: varint(field.body.length, bytes) };
      return { ...field, tag: varint(field.tag[0] ?? 8, bytes) };
    }),
  group: (fields, random) => {
    const number = random.whole(1, 9);
    const depth = random.pick(groupDepths);
    const end = random.isOneIn(4) ? random.whole(1, 9) : number;
    const ends = random.isOneIn(4) ? random.whole(0, depth) : depth;
    const group = [
      ...Array<WireField>(depth).fill(bareField(number, wireType.startGroup)),
      ...fields.slice(0, random.whole(0, 1)),
      ...Array<WireField>(ends).fill(bareField(end, wireType.endGroup)),
    ];
    return random.isOneIn(2) ? [...group, ...fields] : [...fields, ...group];
  },
  "repeated field": (fields, random) =>
    changeSome(fields, random, (field) => Array<WireField>(random.whole(2, 40)).fill(field)),
  "repeated and other": (fields, random) =>
    changeSome(fields, random, ({ tag }) =>
      ["", "x", "漢"].map((text) => ({ ...bytesField(1, text), tag })),
    ),
  "reordered fields": (fields, random) =>
    fields.toSorted(() => random.fraction() - 0.5).toReversed(),
  "missing field": (fields, random) => changeSome(fields, random, () => []),
  "unknown fields": (fields, random) => {
    const number = random.whole(5, 2 ** 29 - 1);
    const unknown = [
      bareField(number, wireType.varint, varint(random.pick(oddLengths))),
      bareField(number, wireType.fixed64, Buffer.alloc(8, 0xff)),
      bareField(number, wireType.fixed32, Buffer.alloc(4, 0xff)),
      bytesField(number, Buffer.alloc(random.whole(0, 300), 0x08)),
    ];
    return [random.pick(unknown), ...fields, random.pick(unknown)];
  },
  "invalid UTF-8": (fields, random) =>
    changeOne(fields, random, ({ tag, body }) => {
      const at = random.whole(0, body.length);
      const bad = Buffer.from(random.pick(invalidUtf8), "hex");
      const bytes = Buffer.concat([body.subarray(0, at), bad, body.subarray(at)]);
      return { ...bytesField(1, bytes), tag };
    }),
  "odd text": (fields, random) =>
    changeOne(fields, random, ({ tag }) => {
      const text = random.pick(["", "\0", "\uFEFF", "\u2028", "../../x", "%00", "'; --", "😀"]);
      return { ...bytesField(1, text), tag };
    }),
  "long text": (fields, random) =>
    changeOne(fields, random, ({ tag }) => {
      const size = random.isOneIn(100) ? random.whole(2 ** 20, 2 ** 22) : random.pick(oddSizes);
      return { ...bytesField(1, Buffer.alloc(size, random.pick(["x", "é", "\0"]))), tag };
    }),
} as const satisfies Readonly<Record<string, FieldMutation>>;

/** Mutations of a message's bytes, by their names. */
export const byteMutations = {
  "changed bytes": (bytes, random) => {
    const changed = Buffer.from(bytes);
    for (let left = random.whole(1, 4); left > 0 && changed.length > 0; left--) {
      changed[random.whole(0, changed.length - 1)] = random.whole(0, 255);
    }
    return changed;
  },
  "cut off": (bytes, random) => bytes.subarray(0, random.whole(0, bytes.length)),
  "garbage behind": (bytes, random) =>
    Buffer.concat([bytes, randomBytes(random, random.whole(1, 40))]),
  "nothing but garbage": (_, random) => randomBytes(random, random.whole(0, 200)),
  "tiny fields": (bytes, random) => {
    const count = random.isOneIn(200) ? 2 ** 20 : random.whole(50, 5000);
    return Buffer.concat([bytes, Buffer.alloc(2 * count, encodeFields([tiny]))]);
  },
} as const satisfies Readonly<Record<string, ByteMutation>>;

const tiny = bareField(7, wireType.varint, varint(0));

function randomBytes(random: SeededRandom, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.whole(0, 255)));
}

/** A message without fields gets one that nobody knows. */
function changeSome(
  fields: readonly WireField[],
  random: SeededRandom,
  change: (field: WireField) => readonly WireField[],
): readonly WireField[] {
  const some = fields.length > 0 ? fields : [bytesField(random.whole(1, 9), "unknown")];
  const changed = random.whole(0, some.length - 1);
  return some.flatMap((field, index) => (index === changed ? change(field) : field));
}

function changeOne(
  fields: readonly WireField[],
  random: SeededRandom,
  change: (field: WireField) => WireField,
): readonly WireField[] {
  return changeSome(fields, random, (field) => [change(field)]);
}
