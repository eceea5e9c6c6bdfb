import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { modelDefinition } from "../../generated/model.ts";
import { ArenaClient } from "../arena-client.ts";
import type { ConnectionOptions } from "../connection.ts";
import type { RpcError } from "../rpc-error.ts";
import { rpcFailure } from "../rpc-failure.ts";
import { AnswerLog, answersTo, type LoggedAnswer } from "./answer-log.ts";
import type { Exchange, RequestOptions, Sent } from "./exchange.ts";
import { Listening } from "./listening.ts";
import { Pace, type Patience } from "./pace.ts";
import { READY_REQUEST } from "./prompts.ts";

/** What registerModel said to the doctor's first call. */
export interface Introduction {
  readonly tookMs: number;
  readonly definition?: modelDefinition;
  readonly failure?: RpcError;
}

/** The container that is examined, and all that the doctor has seen of it. */
export class Patient {
  readonly connection: ConnectionOptions;
  readonly patience: Patience;
  readonly pace: Pace;
  readonly log = new AnswerLog();
  /** Every stream that the doctor opened. */
  readonly listenings: Listening[] = [];
  readonly #givenModelID: string | undefined;
  readonly #clients: ArenaClient[] = [];
  readonly #client: ArenaClient;
  #introduction: Promise<Introduction> | undefined;
  #firstExchange: Promise<Exchange> | undefined;

  constructor(connection: ConnectionOptions, patience: Patience, modelID?: string) {
    this.connection = connection;
    this.patience = patience;
    this.pace = new Pace(patience);
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
    const timeoutMs = this.patience.callMs;
    return (await rpcFailure(this.connect().registerModel({ timeoutMs }))) === undefined;
  }

  /** A new pair of connections, closed with the patient. Another address only to get in between. */
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
    const answers = await this.log.collect(sent.sessionID, answersTo(1), this.answerPatience);
    const [first] = answers;
    if (first) this.pace.add(first.atMs - sent.sentAtMs);
    return { ...sent, answers };
  }

  /** Waits until `count` requests of a session are answered; not for long where not even the first question was. */
  async answers(sessionID: string, count: number): Promise<readonly LoggedAnswer[]> {
    const isMute = (await this.firstExchange()).answers.length === 0;
    const patience = isMute ? this.quietPatience : this.answerPatience;
    return await this.log.collect(sessionID, answersTo(count), patience);
  }

  /** How long an answer may take now. */
  readonly answerPatience = (): number => this.pace.answerMs(this.log.open);

  /** How long an answer may take now that should not come. */
  readonly quietPatience = (): number => this.pace.quietMs(this.log.open);

  /** Waits as long as an answer takes that should not come. */
  async untilQuiet(): Promise<void> {
    await pause(this.quietPatience());
  }

  /** Ends every stream and connection. */
  async discharge(): Promise<void> {
    await Promise.all(this.listenings.map((listening) => listening.close()));
    for (const client of this.#clients) client.close();
  }

  async #introduce(): Promise<Introduction> {
    const startMs = performance.now();
    const call = this.#client.registerModel({ timeoutMs: this.patience.callMs });
    const failure = await rpcFailure(call);
    const tookMs = performance.now() - startMs;
    return failure ? { tookMs, failure } : { tookMs, definition: await call };
  }
}

/** A sessionID that nobody uses. */
export function newSession(): string {
  return `doctor-${randomUUID()}`;
}
