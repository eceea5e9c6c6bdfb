import { toAnswerText } from "../../data-models/answer-text.ts";
import type { Logger } from "../../data-models/request-context.ts";
import type { ModelDefinition, TaskOutput } from "../../data-models/task.ts";
import { AnswerTooLargeError, InternalError } from "../../errors/model-errors.ts";
import { DeadlineExceededError, ShuttingDownError } from "../../errors/server-errors.ts";
import { toArenaError } from "../../errors/to-arena-error.ts";
import type { AIModel } from "../../models/ai-model.ts";
import { createPipeline, type Station } from "../../pipeline/pipeline.ts";
import { RequestRun } from "../../pipeline/request-run.ts";
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
    this.#pipeline = createPipeline(model, definition);
    this.#limits = limits;
    this.#logger = logger;
  }

  /** Answers a request, at the latest at its deadline; null when `signal` aborts before. */
  async answer(recording: Recording, signal: AbortSignal): Promise<ReplayAnswer | null> {
    if (signal.aborted) return null;
    const { timeoutMs } = this.#limits;
    const run = this.#createRun(recording);
    const interrupt = () => run.end(new ShuttingDownError());
    const timer = setTimeout(() => run.end(new DeadlineExceededError(timeoutMs, 0)), timeoutMs);
    signal.addEventListener("abort", interrupt);
    const startedAt = performance.now();
    const modelMs = () => Math.round(performance.now() - startedAt);
    try {
      const output = await run.result(this.#pipeline(recording.input, run));
      this.#checkSize(output);
      return { text: output.text, image: output.image ?? null, error: null, modelMs: modelMs() };
    } catch (thrown) {
      return signal.aborted ? null : { ...toFailure(thrown), modelMs: modelMs() };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", interrupt);
    }
  }

  #createRun({ sessionID, messageID, input }: Recording): RequestRun {
    const receivedAt = Date.now();
    const deadline = receivedAt + this.#limits.timeoutMs;
    const { modelID } = this;
    const request = { modelID, sessionID, messageID, input, bytes: 0, receivedAt, deadline };
    return new RequestRun(request, this.#logger);
  }

  #checkSize(output: TaskOutput): void {
    const bytes = Buffer.byteLength(toAnswerText(output));
    const { maxAnswerBytes } = this.#limits;
    if (bytes > maxAnswerBytes) throw new AnswerTooLargeError(bytes, maxAnswerBytes);
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
