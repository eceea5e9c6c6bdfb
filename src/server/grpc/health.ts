import {
  type handleUnaryCall,
  type Server,
  type ServerWritableStream,
  status,
} from "@grpc/grpc-js";
import { service as healthService } from "grpc-health-check";
import { streamOf } from "./connections/http2-session.ts";

/** Whether a service serves. */
type ServingStatus = "SERVING" | "NOT_SERVING";

interface HealthRequest {
  readonly service: string;
}

interface HealthResponse {
  readonly status: ServingStatus | "SERVICE_UNKNOWN";
}

interface HealthList {
  readonly statuses: Readonly<Record<string, HealthResponse>>;
}

type Watcher = ServerWritableStream<HealthRequest, HealthResponse>;

/**
 * grpc.health.v1: the service `""` serves as long as the port is open and
 * nothing stops, `Model` and the modelID when the model is loaded and the queue
 * takes what is new. Nothing is remembered of other names: clients choose them, and
 * there is no end to them.
 */
export class Health {
  readonly #statuses: Map<string, ServingStatus>;
  /** With the names of the services that they watch. */
  readonly #watchers = new Map<Watcher, string>();

  constructor(modelID: string) {
    this.#statuses = new Map(["", "Model", modelID].map((name) => [name, "NOT_SERVING"]));
    this.#statuses.set("", "SERVING");
  }

  addTo(server: Server): void {
    const check: handleUnaryCall<HealthRequest, HealthResponse> = (call, callback) => {
      const serving = this.#statuses.get(call.request.service);
      if (serving) callback(null, { status: serving });
      else callback({ code: status.NOT_FOUND, details: "there is no service of this name here" });
    };
    const list: handleUnaryCall<object, HealthList> = (_call, callback) => {
      const statuses = [...this.#statuses].map(([name, serving]) => [name, { status: serving }]);
      callback(null, { statuses: Object.fromEntries(statuses) });
    };
    const watch = (call: Watcher) => this.#watch(call);
    server.addService(healthService, { check, list, watch });
  }

  /** Of a server that serves: whether it should get what is new. */
  setReady(isReady: boolean): void {
    const serving = isReady ? "SERVING" : "NOT_SERVING";
    for (const name of this.#statuses.keys()) if (name) this.#tell(name, serving);
  }

  set(serving: ServingStatus): void {
    for (const name of this.#statuses.keys()) this.#tell(name, serving);
  }

  #tell(name: string, serving: ServingStatus): void {
    this.#statuses.set(name, serving);
    for (const [watcher, service] of this.#watchers) {
      if (service === name) watcher.write({ status: serving });
    }
  }

  #watch(call: Watcher): void {
    const stream = streamOf(call);
    // grpc-js hands over calls that ended before, too, and of those no event ever comes.
    if (stream && (stream.destroyed || stream.writableEnded)) return;
    const { service } = call.request;
    const serving = this.#statuses.get(service);
    call.write({ status: serving ?? "SERVICE_UNKNOWN" });
    // A service that is not there never comes.
    if (!serving) return;
    this.#watchers.set(call, service);
    for (const event of ["cancelled", "close", "error"]) {
      call.on(event, () => this.#watchers.delete(call));
    }
  }
}
