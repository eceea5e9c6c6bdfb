import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Message } from "../data-models/task.ts";
import {
  ModelClient,
  type metricsJson,
  type modelAnswer,
  type modelDefinition,
  type modelRequest,
} from "../generated/model.ts";
import { type Answer, toAnswer } from "./answer.ts";
import { AnswerInbox } from "./answer-inbox.ts";
import { AnswerStream } from "./answer-stream.ts";
import { type ConnectionOptions, toClientOptions, toCredentials } from "./connection.ts";
import { type CallLimits, unaryCall } from "./unary-call.ts";

/** The container accepted a request and no answer with its ids came in time. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";
  readonly sessionID: string;
  readonly messageID: string;

  constructor(sessionID: string, messageID: string, timeoutMs: number) {
    super(
      `No answer with sessionID ${JSON.stringify(sessionID)} and messageID ${JSON.stringify(messageID)} within ${timeoutMs / 1000} s. ` +
        "See the container's log; a slow model may need a longer timeout.",
    );
    this.sessionID = sessionID;
    this.messageID = messageID;
  }
}

/** Before a stream is opened again that ended without an answer. */
const fruitlessPauseMs = 20;

/** How an ArenaClient reaches its container, and what it does with what it did not ask for. */
export interface ArenaClientOptions extends ConnectionOptions {
  /** Hears of answers that no `ask` of this client waits for. */
  readonly onStrayAnswer?: ((answer: modelAnswer) => void) | undefined;
  /** Whether calls and streams go over one connection, as in the platform's orchestrator. Default: no. */
  readonly sharesConnection?: boolean | undefined;
}

/** Ids and limits of one question. Ids that are left out are made up. */
export interface AskOptions extends CallLimits {
  readonly sessionID?: string | undefined;
  readonly messageID?: string | undefined;
  /** Default: what the container registered. */
  readonly modelID?: string | undefined;
}

/** An answer and how long it took since the request was sent. */
export interface TimedAnswer extends Answer {
  /** Until `predict` returned. */
  readonly acceptedMs: number;
  /** Until the answer came. */
  readonly answeredMs: number;
}

/**
 * A client that behaves as the arena's orchestrators: one connection for
 * `predict`, `registerModel` and `publishMetrics`, another one for
 * `sendPrediction` unless it is told to share. Close it when done.
 */
export class ArenaClient {
  readonly #calls: ModelClient;
  readonly #streams: ModelClient;
  readonly #onStrayAnswer: (answer: modelAnswer) => void;
  readonly #inbox = new AnswerInbox();
  readonly #closing = new AbortController();
  #definition: Promise<modelDefinition> | undefined;
  #isListening = false;

  constructor(options: ArenaClientOptions) {
    const credentials = toCredentials(options.tls);
    this.#calls = new ModelClient(options.address, credentials, toClientOptions(options));
    this.#streams = options.sharesConnection
      ? this.#calls
      : new ModelClient(options.address, credentials, toClientOptions(options));
    this.#onStrayAnswer = options.onStrayAnswer ?? (() => {});
  }

  /** Calls `registerModel`. The second call of a client ends with OUT_OF_RANGE (ARENA-6). */
  async registerModel(limits: CallLimits = {}): Promise<modelDefinition> {
    const definition = await unaryCall<modelDefinition>(
      "registerModel",
      limits,
      (metadata, options, done) => this.#calls.registerModel({}, metadata, options, done),
    );
    this.#definition = Promise.resolve(definition);
    return definition;
  }

  /** Calls `predict`: resolves when the container accepted the request, not when it answered. */
  async predict(request: modelRequest, limits: CallLimits = {}): Promise<void> {
    await unaryCall("predict", limits, (metadata, options, done) =>
      this.#calls.predict(request, metadata, options, done),
    );
  }

  /** Calls `publishMetrics`. */
  async publishMetrics(metrics: metricsJson, limits: CallLimits = {}): Promise<void> {
    await unaryCall("publishMetrics", limits, (metadata, options, done) =>
      this.#calls.publishMetrics(metrics, metadata, options, done),
    );
  }

  /**
   * Opens a `sendPrediction` stream of its own. Each answer goes to one stream
   * only, so an `ask` at the same time may miss its answer.
   */
  answers(signal?: AbortSignal): AnswerStream {
    const closing = this.#closing.signal;
    const either = signal ? AbortSignal.any([signal, closing]) : closing;
    return new AnswerStream(this.#streams.sendPrediction({}), either);
  }

  /**
   * Asks the model and waits for the answer, which may be an error answer.
   * @throws RpcError, NoAnswerError, MalformedAnswerError, or the signal's reason
   */
  ask(question: string | readonly Message[], options: AskOptions = {}): Promise<TimedAnswer> {
    const messages =
      typeof question === "string" ? [{ role: "user", content: question }] : question;
    return this.exchange(JSON.stringify(messages), options);
  }

  /** As `ask`, with any text as the request. */
  async exchange(request: string, options: AskOptions = {}): Promise<TimedAnswer> {
    const { sessionID = randomUUID(), messageID = randomUUID() } = options;
    const { signal = this.#closing.signal, timeoutMs = 120_000 } = options;
    const endMs = performance.now() + timeoutMs;
    const limits = () => ({ signal, timeoutMs: Math.max(1, endMs - performance.now()) });
    const modelID = options.modelID ?? (await this.#registeredModelID(limits()));
    const expectation = this.#inbox.expect(sessionID, messageID);
    try {
      this.#listen();
      const startMs = performance.now();
      await this.predict({ request, modelID, sessionID, messageID }, limits());
      const acceptedMs = performance.now() - startMs;
      const { answer, atMs } = await withinTime(
        expectation.arrival,
        limits(),
        () => new NoAnswerError(sessionID, messageID, timeoutMs),
      );
      return { ...toAnswer(answer), acceptedMs, answeredMs: atMs - startMs };
    } finally {
      expectation.forget();
    }
  }

  /** Ends streams, questions and connections. */
  close(): void {
    this.#closing.abort(new Error("The client was closed while it waited."));
    this.#inbox.fail(this.#closing.signal.reason);
    this.#calls.close();
    this.#streams.close();
  }

  /** Registers with the first question; questions at the same time share that call. */
  async #registeredModelID(limits: CallLimits): Promise<string> {
    this.#definition ??= this.registerModel(limits);
    try {
      return (await this.#definition).modelID;
    } catch (error) {
      this.#definition = undefined;
      throw error;
    }
  }

  /** Keeps one stream open for the questions; one that ended is opened again with the next question. */
  #listen(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    void this.#carryAnswers();
  }

  async #carryAnswers(): Promise<void> {
    const { signal } = this.#closing;
    try {
      do {
        let isFruitless = true;
        for await (const answer of this.answers()) {
          isFruitless = false;
          if (!this.#inbox.deliver(answer)) this.#onStrayAnswer(answer);
        }
        // Some containers end a stream whenever they have no answer.
        if (isFruitless) await pause(fruitlessPauseMs, undefined, { signal });
      } while (this.#inbox.isAwaited && !signal.aborted);
    } catch (error) {
      this.#inbox.fail(error);
    } finally {
      this.#isListening = false;
    }
  }
}

/**
 * Settles as `work` does, unless time is over or the signal aborts before.
 * `work` itself goes on: whoever started it must end it.
 * @throws what `onTimeout` returns, or the signal's reason
 */
async function withinTime<T>(
  work: Promise<T>,
  limits: Required<CallLimits>,
  onTimeout: () => Error,
): Promise<T> {
  const { signal, timeoutMs } = limits;
  signal?.throwIfAborted();
  const { promise: over, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal?.reason);
  const timer = setTimeout(() => reject(onTimeout()), timeoutMs);
  signal?.addEventListener("abort", abort);
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}
