import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { StreamEnd } from "../../client/answer-stream.ts";
import { ArenaClient } from "../../client/arena-client.ts";
import type { ConnectionOptions } from "../../client/connection.ts";
import { type RpcError, rpcFailure } from "../../client/rpc-error.ts";
import type { modelAnswer, modelDefinition } from "../../generated/model.ts";
import { AnswerLog, answersTo, type LoggedAnswer } from "./answer-log.ts";
import { Pace, type Timeouts } from "./pace.ts";

/** The question that the doctor asks wherever any question will do; tiny, since it may cost money. */
export const READY_QUESTION = "Answer with one word: ready?";

/** READY_QUESTION as a request. */
export const READY_REQUEST = JSON.stringify([{ role: "user", content: READY_QUESTION }]);

/** A request of about `bytes` bytes that no model is asked, because its content is no text. */
export function unusableRequest(bytes: number): string {
  return JSON.stringify([{ role: "user", content: { padding: "x".repeat(bytes) } }]);
}

/** How often a stream that ended before it brought anything is opened again. */
const FRUITLESS_OPENINGS = 10;

/**
 * The doctor's ear: keeps a `sendPrediction` open, opens it again whatever ends
 * it (a real orchestrator would not), and remembers each end that it did not
 * cause.
 */
class Listening {
  readonly #ends: StreamEnd[] = [];
  readonly #closing = new AbortController();
  readonly #opened = Promise.withResolvers<void>();
  readonly #done: Promise<void>;

  constructor(client: ArenaClient, onAnswer: (answer: modelAnswer) => void) {
    this.#done = this.#listen(client, onAnswer);
  }

  /** Settles when the container has said that the first stream is open; some say nothing. */
  get opened(): Promise<void> {
    return this.#opened.promise;
  }

  /** How the container ended the stream, each time that it did. */
  get ends(): readonly StreamEnd[] {
    return this.#ends;
  }

  /** Cancels the stream at once; the promise settles when nothing more can come on it. */
  close(): Promise<void> {
    this.#closing.abort();
    return this.#done;
  }

  async #listen(client: ArenaClient, onAnswer: (answer: modelAnswer) => void): Promise<void> {
    const { signal } = this.#closing;
    for (let fruitless = 0; fruitless < FRUITLESS_OPENINGS && !signal.aborted; fruitless += 1) {
      const stream = client.answers(signal);
      void stream.opened.then(this.#opened.resolve);
      try {
        for await (const answer of stream) {
          fruitless = 0;
          onAnswer(answer);
        }
      } catch {
        // `ended` says how.
      }
      const end = await stream.ended;
      if (!signal.aborted) this.#ends.push(end);
    }
  }
}

/** What registerModel said to the doctor's first call. */
interface Introduction {
  readonly tookMs: number;
  readonly definition?: modelDefinition;
  readonly failure?: RpcError;
}

/** The container that is examined, and all that the doctor has seen of it. */
export class Target {
  readonly connection: ConnectionOptions;
  readonly timeouts: Timeouts;
  readonly pace: Pace;
  readonly log = new AnswerLog();
  /** Every stream that the doctor opened. */
  readonly listenings: Listening[] = [];
  readonly #givenModelID: string | undefined;
  readonly #clients: ArenaClient[] = [];
  readonly #client: ArenaClient;
  #introduction: Promise<Introduction> | undefined;
  #firstExchange: Promise<Exchange> | undefined;

  constructor(connection: ConnectionOptions, timeouts: Timeouts, modelID?: string) {
    this.connection = connection;
    this.timeouts = timeouts;
    this.pace = new Pace(timeouts);
    this.#givenModelID = modelID;
    this.#client = this.connect();
  }

  /** The doctor's first registerModel, made once. */
  introduction(): Promise<Introduction> {
    this.#introduction ??= this.#introduce();
    return this.#introduction;
  }

  /** The doctor's first question to an open stream, asked once. */
  firstExchange(): Promise<Exchange> {
    this.#firstExchange ??= this.whileListening(() => this.askAlone());
    return this.#firstExchange;
  }

  /** The model to ask; undefined when neither the container nor the command line names one. */
  async modelID(): Promise<string | undefined> {
    const { definition } = await this.introduction();
    return this.#givenModelID ?? (definition?.modelID || undefined);
  }

  /** Whether anything answered the first call. */
  async isReachable(): Promise<boolean> {
    const { failure } = await this.introduction();
    return failure?.code !== "UNAVAILABLE" && failure?.code !== "DEADLINE_EXCEEDED";
  }

  /** Whether a new connection can register the model (ARENA-6). */
  async canRegister(): Promise<boolean> {
    const timeoutMs = this.timeouts.callMs;
    return (await rpcFailure(this.connect().registerModel({ timeoutMs }))) === undefined;
  }

  /** A new pair of connections, closed with the target. Another address only to get in between. */
  connect(address = this.connection.address): ArenaClient {
    const client = new ArenaClient({ ...this.connection, address });
    this.#clients.push(client);
    return client;
  }

  /** Opens a stream; what comes goes to the log. */
  listen(client: ArenaClient = this.#client): Listening {
    const stream = this.listenings.length;
    const listening = new Listening(client, (answer) => this.log.addAnswer(stream, answer));
    this.listenings.push(listening);
    return listening;
  }

  /** Does something while one stream is open. */
  async whileListening<T>(work: () => Promise<T>): Promise<T> {
    const listening = this.listen();
    try {
      return await work();
    } finally {
      await listening.close();
    }
  }

  /** Sends a request; does not wait for its answer. */
  async send(request: string, options: RequestOptions = {}): Promise<Sent> {
    const { sessionID = newSession(), messageID = randomUUID(), client = this.#client } = options;
    const modelID = options.modelID ?? (await this.modelID()) ?? "";
    this.log.addRequest(sessionID, messageID);
    const sentAtMs = performance.now();
    const failure = await rpcFailure(
      client.predict({ request, modelID, sessionID, messageID }, { timeoutMs: this.pace.callMs }),
    );
    const acceptedAtMs = performance.now();
    if (failure) this.log.giveUp(sessionID);
    return { sessionID, messageID, sentAtMs, acceptedAtMs, ...(failure ? { failure } : {}) };
  }

  /** Sends a request and waits for the first answer of its session, if it was accepted. */
  async exchange(request: string, options: RequestOptions = {}): Promise<Exchange> {
    const sent = await this.send(request, options);
    return { ...sent, answers: sent.failure ? [] : await this.answers(sent.sessionID, 1) };
  }

  /** Asks while one stream is open and nothing else goes on, which shows the container's pace. */
  async askAlone(): Promise<Exchange> {
    const sent = await this.send(READY_REQUEST);
    if (sent.failure) return { ...sent, answers: [] };
    const answers = await this.log.collect(sent.sessionID, answersTo(1), this.answerTimeouts);
    const [first] = answers;
    if (first) this.pace.add(first.atMs - sent.sentAtMs);
    return { ...sent, answers };
  }

  /** Waits until `count` requests of a session are answered; not for long where not even the first question was. */
  async answers(sessionID: string, count: number): Promise<readonly LoggedAnswer[]> {
    const isMute = (await this.firstExchange()).answers.length === 0;
    const timeouts = isMute ? this.quietTimeouts : this.answerTimeouts;
    return await this.log.collect(sessionID, answersTo(count), timeouts);
  }

  /** How long an answer may take now. */
  readonly answerTimeouts = (): number => this.pace.answerMs(this.log.open);

  /** How long an answer may take now that should not come. */
  readonly quietTimeouts = (): number => this.pace.quietMs(this.log.open);

  /** Waits as long as an answer takes that should not come. */
  async untilQuiet(): Promise<void> {
    await pause(this.quietTimeouts());
  }

  /** Ends every stream and connection. */
  async discharge(): Promise<void> {
    await Promise.all(this.listenings.map((listening) => listening.close()));
    for (const client of this.#clients) client.close();
  }

  async #introduce(): Promise<Introduction> {
    const startMs = performance.now();
    const call = this.#client.registerModel({ timeoutMs: this.timeouts.callMs });
    const failure = await rpcFailure(call);
    const tookMs = performance.now() - startMs;
    return failure ? { tookMs, failure } : { tookMs, definition: await call };
  }
}

/** A sessionID that nobody uses. */
export function newSession(): string {
  return `doctor-${randomUUID()}`;
}

/** Where a request differs from the doctor's usual one. */
interface RequestOptions {
  readonly sessionID?: string;
  readonly messageID?: string;
  readonly modelID?: string;
  /** Another connection than the doctor's usual one. */
  readonly client?: ArenaClient;
}

/** A request, and what `predict` said to it. */
export interface Sent {
  readonly sessionID: string;
  readonly messageID: string;
  readonly sentAtMs: number;
  readonly acceptedAtMs: number;
  /** When predict did not end with OK. */
  readonly failure?: RpcError;
}

/** A request, and what came back: the answers of its session. */
export interface Exchange extends Sent {
  readonly answers: readonly LoggedAnswer[];
}
