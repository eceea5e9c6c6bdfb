import type { Server } from "@grpc/grpc-js";
import { HealthImplementation } from "grpc-health-check";

/** grpc.health.v1 for the server as a whole, for the service `Model` and for the modelID. */
export class Health {
  readonly #names: readonly string[];
  readonly #implementation: HealthImplementation;

  constructor(modelID: string) {
    this.#names = ["", "Model", modelID];
    this.#implementation = new HealthImplementation(
      Object.fromEntries(this.#names.map((name) => [name, "NOT_SERVING" as const])),
    );
  }

  addTo(server: Server): void {
    this.#implementation.addToServer(server);
  }

  set(status: "SERVING" | "NOT_SERVING"): void {
    for (const name of this.#names) this.#implementation.setStatus(name, status);
  }
}
