import { toSizedAnswerText } from "../../data-models/answer-text.ts";
import type { Logger } from "../../data-models/request-context.ts";
import type { ModelDefinition, TaskOutput } from "../../data-models/task.ts";
import { InternalError } from "../../errors/model-errors.ts";
import { ShuttingDownError } from "../../errors/server-errors.ts";
import { toArenaError } from "../../errors/to-arena-error.ts";
import type { AIModel } from "../../models/ai-model.ts";
import { toTaskOutput } from "../../models/streamed-model.ts";
import { toChatRequest } from "../../models/to-chat-request.ts";
import { createCallContext } from "../../pipeline/call-context.ts";
import { createPipeline } from "../../pipeline/pipeline.ts";
import type { Station } from "../../pipeline/station.ts";
import { reasonOf } from "../../text/reason-of.ts";
import type { ReplayAnswer } from "./comparison.ts";
import type { Recording } from "./recording.ts";

/** The limits that a server would set. */
export interface CandidateLimits {
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
}

/** A model that recorded requests are tried on, the way a server's worker would do it. */
export class Candidate {
  readonly modelID: string;
  /** Whether a session's requests run one after the other. */
  readonly isSerial: boolean;
  readonly #pipeline: Station;
  readonly #limits: CandidateLimits;
  readonly #logger: Logger;

  constructor(
    model: AIModel,
    definition: ModelDefinition,
    limits: CandidateLimits,
    logger: Logger,
  ) {
    this.modelID = definition.modelID;
    this.isSerial = model.sessionOrder === "serial";
    const { maxAnswerBytes } = limits;
    const maxConcurrency = Number.POSITIVE_INFINITY;
    this.#pipeline = createPipeline({ model, definition, maxConcurrency, maxAnswerBytes });
    this.#limits = limits;
    this.#logger = logger;
  }

  /** Answers a request, at the latest at its deadline; null when `signal` aborts before. */
  async answer(recording: Recording, signal: AbortSignal): Promise<ReplayAnswer | null> {
    if (signal.aborted) return null;
    const leaving = new AbortController();
    const interrupt = () => leaving.abort(new ShuttingDownError());
    signal.addEventListener("abort", interrupt);
    const startedAt = performance.now();
    const modelMs = () => Math.round(performance.now() - startedAt);
    try {
      const output = await this.#run(recording, leaving.signal);
      return { text: output.text, image: output.image ?? null, error: null, modelMs: modelMs() };
    } catch (thrown) {
      return signal.aborted ? null : { ...toFailure(thrown), modelMs: modelMs() };
    } finally {
      signal.removeEventListener("abort", interrupt);
    }
  }

  async #run({ sessionID, messageID, input }: Recording, signal: AbortSignal): Promise<TaskOutput> {
    const { timeoutMs, maxAnswerBytes } = this.#limits;
    const receivedAt = Date.now();
    const call = { sessionID, messageID, receivedAt, deadline: receivedAt + timeoutMs };
    const options = { logger: this.#logger, signal, isStreamed: false };
    const answer = this.#pipeline(toChatRequest(input), createCallContext(call, options));
    const output = await toTaskOutput(answer);
    toSizedAnswerText(output, maxAnswerBytes);
    return output;
  }
}

function toFailure(thrown: unknown): Pick<ReplayAnswer, "text" | "image" | "error"> {
  const error = toArenaError(thrown);
  // There is no log to look it up: who replays is who may see the cause.
  const message = error instanceof InternalError ? reasonOf(thrown) : String(error.message);
  return {
    text: String(error.participantText),
    image: null,
    error: { code: String(error.code), message },
  };
}
