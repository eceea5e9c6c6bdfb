import { writeFileSync } from "node:fs";

// GGUF's numbers for the types of values in the header, and of tokens.
const valueTypes = { uint32: 4, float32: 6, bool: 7, string: 8, array: 9 } as const;
const tokenTypes = { normal: 1, unknown: 2, control: 3, byte: 6, unused: 5 } as const;
const alignment = 32;
const feedForward = 32;
const template =
  "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}assistant:";

/** A token of the vocabulary: how it is written, how gladly it is used, and of which type it is. */
type Token = readonly [text: string, score: number, type: number];

/** Collects the bytes of a GGUF file, all numbers with the lowest byte first. */
class GgufWriter {
  readonly #parts: Buffer[] = [];
  size = 0;

  bytes(part: Buffer): this {
    this.#parts.push(part);
    this.size += part.length;
    return this;
  }

  uint32(value: number): this {
    const part = Buffer.alloc(4);
    part.writeUInt32LE(value);
    return this.bytes(part);
  }

  uint64(value: number): this {
    const part = Buffer.alloc(8);
    part.writeBigUInt64LE(BigInt(value));
    return this.bytes(part);
  }

  floats(values: Float32Array): this {
    return this.bytes(Buffer.from(values.buffer));
  }

  text(value: string): this {
    const part = Buffer.from(value);
    return this.uint64(part.length).bytes(part);
  }

  /** A value of the header in the form that JavaScript's own type tells; numbers are whole unless told. */
  value(value: string | number | boolean, isFloat = false): this {
    if (typeof value === "string") return this.uint32(valueTypes.string).text(value);
    if (typeof value === "boolean") {
      return this.uint32(valueTypes.bool).bytes(Buffer.from([value ? 1 : 0]));
    }
    if (isFloat) return this.uint32(valueTypes.float32).floats(Float32Array.of(value));
    return this.uint32(valueTypes.uint32).uint32(value);
  }

  list<Item>(type: number, items: readonly Item[], write: (item: Item) => void): this {
    this.uint32(valueTypes.array).uint32(type).uint64(items.length);
    for (const item of items) write(item);
    return this;
  }

  align(): this {
    return this.bytes(Buffer.alloc((alignment - (this.size % alignment)) % alignment));
  }

  get content(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

/** What a tiny model says, and how much it can read. */
export interface TinyModel {
  /** Words that differ, with blanks between. */
  readonly says: string;
  readonly contextTokens: number;
  /** Whether it begins anew after the last word, for ever. */
  readonly endless?: boolean;
}

/**
 * Writes a model of 2 MB that real servers load and that always says the same: a
 * llama whose one layer does nothing, so that each token follows from the one before
 * it alone, which the last matrix has as a table.
 */
export function writeTinyModel(file: string, model: TinyModel): void {
  const words = model.says.split(" ");
  const tokens = vocabularyOf(words);
  const width = tokens.length;
  const first = tokens.findIndex(([text]) => text === `▁${words[0]}`);
  const last = first + words.length - 1;
  const end = tokens.findIndex(([text]) => text === "</s>");
  const following = (token: number) => {
    if (token < first || token > last) return first;
    if (token < last) return token + 1;
    return model.endless ? first : end;
  };
  const diagonal = table(width, (token) => token, 1);
  const tensors: readonly (readonly [name: string, shape: readonly number[], Float32Array])[] = [
    ["token_embd.weight", [width, width], diagonal],
    ["output_norm.weight", [width], new Float32Array(width).fill(1)],
    ["output.weight", [width, width], followers(width, following)],
    ["blk.0.attn_norm.weight", [width], new Float32Array(width).fill(1)],
    ["blk.0.ffn_norm.weight", [width], new Float32Array(width).fill(1)],
    ...["attn_q", "attn_k", "attn_v", "attn_output"].map(
      (name) => [`blk.0.${name}.weight`, [width, width], new Float32Array(width ** 2)] as const,
    ),
    ...(["ffn_gate", "ffn_up"] as const).map(
      (name) =>
        [
          `blk.0.${name}.weight`,
          [width, feedForward],
          new Float32Array(width * feedForward),
        ] as const,
    ),
    ["blk.0.ffn_down.weight", [feedForward, width], new Float32Array(width * feedForward)],
  ];
  const header = headerOf(tokens, model.contextTokens, tensors.length);
  const data = new GgufWriter();
  for (const [name, shape, values] of tensors) {
    header.text(name).uint32(shape.length);
    for (const length of shape) header.uint64(length);
    // The type of 32-bit floats is 0; then the place within the data.
    header.uint32(0).uint64(data.size);
    data.floats(values).align();
  }
  writeFileSync(file, Buffer.concat([header.align().content, data.content]));
}

function vocabularyOf(words: readonly string[]): readonly Token[] {
  const tokens: Token[] = [
    ["<unk>", 0, tokenTypes.unknown],
    ["<s>", 0, tokenTypes.control],
    ["</s>", 0, tokenTypes.control],
  ];
  for (let byte = 0; byte < 256; byte++) {
    const code = byte.toString(16).toUpperCase().padStart(2, "0");
    tokens.push([`<0x${code}>`, 0, tokenTypes.byte]);
  }
  tokens.push(...words.map((word, index): Token => [`▁${word}`, -1 - index, tokenTypes.normal]));
  while (tokens.length % alignment > 0) {
    tokens.push([`<unused${tokens.length}>`, -1000, tokenTypes.unused]);
  }
  return tokens;
}

function headerOf(tokens: readonly Token[], contextTokens: number, tensors: number): GgufWriter {
  const whole = {
    "llama.context_length": contextTokens,
    "llama.embedding_length": tokens.length,
    "llama.block_count": 1,
    "llama.feed_forward_length": feedForward,
    "llama.attention.head_count": 2,
    "llama.attention.head_count_kv": 2,
    "llama.rope.dimension_count": tokens.length / 2,
    "llama.vocab_size": tokens.length,
    "general.file_type": 0,
    "tokenizer.ggml.bos_token_id": 1,
    "tokenizer.ggml.eos_token_id": 2,
    "tokenizer.ggml.unknown_token_id": 0,
    "tokenizer.ggml.add_bos_token": true,
    "tokenizer.ggml.add_space_prefix": true,
    "general.architecture": "llama",
    "general.name": "tiny",
    "tokenizer.ggml.model": "llama",
    "tokenizer.chat_template": template,
  } as const;
  const header = new GgufWriter().bytes(Buffer.from("GGUF")).uint32(3);
  header.uint64(tensors).uint64(Object.keys(whole).length + 4);
  for (const [key, value] of Object.entries(whole)) header.text(key).value(value);
  header.text("llama.attention.layer_norm_rms_epsilon").value(1e-5, true);
  const { string, float32 } = valueTypes;
  // Types of tokens are signed 32-bit numbers.
  const int32 = 5;
  header.text("tokenizer.ggml.tokens").list(string, tokens, ([text]) => header.text(text));
  header
    .text("tokenizer.ggml.scores")
    .list(float32, tokens, ([, score]) => header.floats(Float32Array.of(score)));
  return header
    .text("tokenizer.ggml.token_type")
    .list(int32, tokens, ([, , type]) => header.uint32(type));
}

/** A square matrix with one number in each row. */
function table(width: number, columnOf: (row: number) => number, value: number): Float32Array {
  const values = new Float32Array(width ** 2);
  for (let row = 0; row < width; row++) values[row * width + columnOf(row)] = value;
  return values;
}

/** The matrix whose row of a token has a weight for each token that it follows. */
function followers(width: number, following: (token: number) => number): Float32Array {
  const values = new Float32Array(width ** 2);
  for (let token = 0; token < width; token++) values[following(token) * width + token] = 10;
  return values;
}
