import type { Server } from "@grpc/grpc-js";
import { HealthImplementation } from "grpc-health-check";

/**
 * grpc.health.v1: the service `""` serves as long as the port is open and
 * nothing stops, `Model` and the modelID when the model is loaded and
 * the queue takes what is new.
 */
export class Health {
  readonly #names: readonly string[];
  readonly #implementation: HealthImplementation;

  constructor(modelID: string) {
    this.#names = ["", "Model", modelID];
    this.#implementation = new HealthImplementation({
      ...Object.fromEntries(this.#names.map((name) => [name, "NOT_SERVING" as const])),
      "": "SERVING",
    });
  }

  addTo(server: Server): void {
    this.#implementation.addToServer(server);
  }

  /** Of a server that serves: whether it should get what is new. */
  setReady(isReady: boolean): void {
    const status = isReady ? "SERVING" : "NOT_SERVING";
    for (const name of this.#names) if (name) this.#implementation.setStatus(name, status);
  }

  set(status: "SERVING" | "NOT_SERVING"): void {
    for (const name of this.#names) this.#implementation.setStatus(name, status);
  }
}
