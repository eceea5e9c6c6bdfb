import { ArenaError, type ArenaErrorOptions } from "./arena-error.ts";

/** The request's text is not what ARENA-12 and ARENA-13 allow. `problem` says what and where. */
export class InvalidRequestError extends ArenaError {
  override readonly name = "InvalidRequestError";

  constructor(problem: string, options?: Pick<ArenaErrorOptions, "cause">) {
    super("INVALID_ARGUMENT", `The request cannot be read: ${problem}`, options);
  }
}

/** The request is larger than MAX_REQUEST_BYTES, or than a sixth of the heap. */
export class RequestTooLargeError extends ArenaError {
  override readonly name = "RequestTooLargeError";

  constructor(bytes: number, limit: number) {
    super(
      "INVALID_ARGUMENT",
      `The request has ${bytes} bytes; at most ${limit} are taken. Send smaller images or raise MAX_REQUEST_BYTES, which counts up to a sixth of the heap.`,
      { participantText: "This message is too large for the AI. Please send less at once." },
    );
  }
}

/** The request holds an image and the model cannot see. */
export class ImageNotSupportedError extends ArenaError {
  override readonly name = "ImageNotSupportedError";

  constructor(modelID: string) {
    super(
      "INVALID_ARGUMENT",
      `The model ${modelID} cannot see images, and the request holds one. Send text only, or serve a model whose definition says canImage.`,
      { participantText: "This AI cannot see images. Please send text only." },
    );
  }
}

/** The request asks for a modelID that is not served here (strict mode only). */
export class ModelNotFoundError extends ArenaError {
  override readonly name = "ModelNotFoundError";

  constructor(modelID: string, served: string) {
    super(
      "NOT_FOUND",
      `No model ${JSON.stringify(modelID)} here; this server serves ${JSON.stringify(served)}.`,
    );
  }
}

/** The connection called registerModel before; the orchestrator waits for this (ARENA-6). */
export class AlreadyRegisteredError extends ArenaError {
  override readonly name = "AlreadyRegisteredError";

  constructor() {
    super(
      "OUT_OF_RANGE",
      "The model is registered on this connection. A new connection can register it again.",
    );
  }
}
