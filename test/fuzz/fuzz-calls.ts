import { gzipSync } from "node:zlib";
import { SeededRandom } from "../chaos/random.ts";
import { bomb, compressions, type Framing, framings, usualFraming } from "./framings.ts";
import { falseLength, headerMutations } from "./header-mutations.ts";
import { byteMutations, fieldMutations } from "./message-mutations.ts";
import { soundText, textMutations } from "./request-texts.ts";
import { type FuzzedMethod, pathOf, soundFields } from "./sound-messages.ts";
import { encodeFields, type WireField } from "./wire-field.ts";

/** One call, as it is sent. */
export interface FuzzCall {
  /** Its lane and its number there; the seed and this make it again. */
  readonly name: string;
  readonly method: FuzzedMethod;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What is written, each when the one before has left. */
  readonly pieces: readonly Buffer[];
  /** How the client ends it: rightly, in the middle, or when something came back. */
  readonly end: "close" | "reset" | "at the first message";
  readonly messages: number;
  readonly mutations: readonly string[];
  /** What its first message is, if it is taken; null when that is not foreseen. */
  readonly message: Buffer | null;
  /** Whether it is one framed message that is whole, with headers that change nothing. */
  readonly isWhole: boolean;
}

/** Participants' words are made of this alone: no part of them that could be quoted lacks it. */
export const participantsWord = "Qzx7";
/** The same of published metrics, which are logged. */
export const metricsWord = "Mtr9";

/** How often each method is called. Of `rough` ones, servers cut the connection. */
export const methodWeights = {
  usual: {
    predict: 54,
    registerModel: 10,
    publishMetrics: 11,
    check: 12,
    list: 4,
    reflection: 4,
    "reflection v1alpha": 2,
  },
  rough: {
    unknown: 4,
    watch: 4,
    sendPrediction: 3,
    predict: 5,
    publishMetrics: 1,
    check: 1,
    registerModel: 1,
    reflection: 1,
  },
} as const satisfies Readonly<Record<string, Partial<Record<FuzzedMethod, number>>>>;

/** Where calls are sent together: usual ones, or such as are cut off. */
export interface LanePlan {
  readonly name: string;
  readonly kind: keyof typeof methodWeights;
}

const mebi = 2 ** 20;
const maxReflections = 6;

/** Makes calls out of a seed. */
export class FuzzCalls {
  readonly #seed: SeededRandom;
  readonly #bombs: readonly Buffer[];

  constructor(seed: number) {
    this.#seed = new SeededRandom(`fuzz ${seed}`);
    const contents = [
      Buffer.alloc(2 * mebi, "3800", "hex"),
      Buffer.alloc(6 * mebi, "3800", "hex"),
      Buffer.alloc(4 * mebi),
      Buffer.alloc(3 * mebi, "0a00", "hex"),
      Buffer.alloc(8 * mebi, "2b2c", "hex"),
    ];
    this.#bombs = contents.map((content) => gzipSync(content));
  }

  /** All calls of a lane, until they hold so many messages. */
  *ofLane(lane: LanePlan, messages: number): Generator<FuzzCall, void, undefined> {
    for (let sent = 0, number = 0; sent < messages; number++) {
      const call = this.make(lane, number);
      sent += call.messages;
      yield call;
    }
  }

  make({ name: lane, kind }: LanePlan, number: number): FuzzCall {
    const name = `${lane}/${number}`;
    const random = this.#seed.named(name);
    const method = random.pickWeighted<FuzzedMethod>(methodWeights[kind]);
    const mutations: string[] = [];
    const isConversation = method === "reflection" || method === "reflection v1alpha";
    const messages = isConversation ? random.whole(1, maxReflections) : 1;
    const made = Array.from({ length: messages }, () =>
      this.#message(method, name, random, mutations),
    );
    const [first = Buffer.alloc(0), ...others] = made;
    const framing = this.#framing(first, random, mutations);
    const odd = random.isOneIn(14) ? random.pick(Object.keys(headerMutations)) : null;
    const headers = isHeaderMutation(odd) ? headerMutations[odd](random) : null;
    if (odd) mutations.push(odd);
    const isFalse = kind === "rough" && random.isOneIn(50);
    if (isFalse) mutations.push("content length");
    const bytes = Buffer.concat([
      ...others.map((message) => usualFraming(message, random).bytes),
      framing.bytes,
    ]);
    return {
      name,
      method,
      path: pathOf(method, random),
      headers: { ...framing.headers, ...headers?.headers, ...(isFalse && falseLength) },
      ...this.#sending(bytes, kind, method, random, mutations),
      messages,
      mutations: mutations.length > 0 ? mutations : ["none"],
      message: others.length > 0 ? null : framing.message,
      isWhole: framing.isRight && !isFalse && (headers?.isHarmless ?? true),
    };
  }

  #message(method: FuzzedMethod, name: string, random: SeededRandom, mutations: string[]): Buffer {
    const word = method === "publishMetrics" ? metricsWord : participantsWord;
    const words = `${word.repeat(random.whole(3, 12))}${name.replace(/\D/g, "")}`;
    let text = soundText(words, random);
    let left = random.pick([0, 1, 1, 2, 3]);
    if ((method === "predict" || method === "publishMetrics") && random.isOneIn(2)) {
      const mutation = pickName(textMutations, random);
      text = textMutations[mutation](words, random);
      mutations.push(mutation);
      left = random.pick([0, 0, 1]);
    }
    let fields: readonly WireField[] = soundFields(method, text, `message ${name}`, random);
    for (; left > 0; left--) {
      const mutation = pickName(fieldMutations, random);
      fields = fieldMutations[mutation](fields, random);
      mutations.push(mutation);
    }
    const bytes = encodeFields(fields);
    if (!random.isOneIn(8)) return bytes;
    const mutation = pickName(byteMutations, random);
    mutations.push(mutation);
    return byteMutations[mutation](bytes, random);
  }

  #framing(message: Buffer, random: SeededRandom, mutations: string[]): Framing {
    const draw = random.whole(0, 19_999);
    if (draw < 2) {
      mutations.push("bomb");
      return bomb(random.pick(this.#bombs));
    }
    if (draw < 2000) {
      const name = pickName(framings, random);
      mutations.push(name);
      return framings[name](message, random);
    }
    if (draw < 4500) {
      const name = pickName(compressions, random);
      mutations.push(name);
      return compressions[name](message, random);
    }
    return usualFraming(message, random);
  }

  #sending(
    bytes: Buffer,
    kind: LanePlan["kind"],
    method: FuzzedMethod,
    random: SeededRandom,
    mutations: string[],
  ): Pick<FuzzCall, "pieces" | "end"> {
    const pieces = random.isOneIn(12) ? inPieces(bytes, random) : [bytes];
    if (pieces.length > 1) mutations.push("in pieces");
    if (kind === "rough" && random.isOneIn(method === "predict" ? 2 : 6)) {
      mutations.push("reset");
      return { pieces: pieces.slice(0, random.whole(0, pieces.length)), end: "reset" };
    }
    const isEndless = method === "watch" || method === "sendPrediction";
    return { pieces, end: isEndless ? "at the first message" : "close" };
  }
}

function inPieces(bytes: Buffer, random: SeededRandom): Buffer[] {
  const pieces: Buffer[] = [];
  // Few cuts, some of them within the first bytes: a piece is a round of the event loop.
  let rest = bytes;
  for (let left = random.whole(1, 6); left > 0 && rest.length > 0; left--) {
    const at = random.isOneIn(2) ? random.whole(0, Math.min(8, rest.length)) : rest.length / 2;
    pieces.push(rest.subarray(0, at));
    rest = rest.subarray(at);
  }
  return [...pieces, rest].filter((piece) => piece.length > 0);
}

function pickName<Name extends string>(
  named: Readonly<Record<Name, unknown>>,
  random: SeededRandom,
): Name {
  const names: Name[] = [];
  for (const name in named) names.push(name);
  return random.pick(names);
}

function isHeaderMutation(name: string | null): name is keyof typeof headerMutations {
  return name !== null && Object.hasOwn(headerMutations, name);
}
