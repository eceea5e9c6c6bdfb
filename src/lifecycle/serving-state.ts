/** `serving` takes requests; `draining` takes them still, but is not ready; `closed` refuses. */
export type ServingPhase = "starting" | "serving" | "draining" | "closed";

/** Where the server is in its life. The doors read it, the composition root moves it on. */
export class ServingState {
  #phase: ServingPhase = "starting";

  get phase(): ServingPhase {
    return this.#phase;
  }

  moveTo(phase: ServingPhase): void {
    this.#phase = phase;
  }
}
