import type { Server } from "@grpc/grpc-js";
import { HealthImplementation } from "grpc-health-check";

/**
 * grpc.health.v1: the service `""` serves as long as the port is open and
 * nothing stops, `Model` and the modelID when the model is loaded.
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

  set(status: "SERVING" | "NOT_SERVING"): void {
    for (const name of this.#names) this.#implementation.setStatus(name, status);
  }
}
