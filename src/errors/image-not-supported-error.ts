import { ArenaError } from "./arena-error.ts";

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
