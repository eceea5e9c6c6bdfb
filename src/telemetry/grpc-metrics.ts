import { Counter, Histogram, type Registry } from "prom-client";

const labelNames = ["grpc_type", "grpc_service", "grpc_method"] as const;

/** The two kinds of calls of the arena's contract, in the words of gRPC dashboards. */
export type GrpcType = "unary" | "server_stream";

/** Counts one method's calls. */
export interface MethodMetrics {
  started(): void;
  messageSent(): void;
  /** `code` is the name of the gRPC status, `OK` included. */
  handled(code: string, seconds: number): void;
}

/** Figures of gRPC calls under the names that go-grpc-prometheus gave them. */
export class GrpcMetrics {
  readonly #started: Counter<string>;
  readonly #handled: Counter<string>;
  readonly #seconds: Histogram<string>;
  readonly #received: Counter<string>;
  readonly #sent: Counter<string>;

  constructor(registry: Registry) {
    const registers = [registry];
    const counter = (name: string, help: string, names: readonly string[] = labelNames) =>
      new Counter({ name, help, labelNames: [...names], registers });
    this.#started = counter("grpc_server_started_total", "Calls that began.");
    this.#handled = counter("grpc_server_handled_total", "Calls that ended, by status code.", [
      ...labelNames,
      "grpc_code",
    ]);
    this.#received = counter("grpc_server_msg_received_total", "Messages received.");
    this.#sent = counter("grpc_server_msg_sent_total", "Messages sent.");
    this.#seconds = new Histogram({
      name: "grpc_server_handling_seconds",
      help: "Time from a call's begin to its end.",
      labelNames: [...labelNames],
      registers,
    });
  }

  /** The counters of one method; every call of ours begins with one message. */
  method(type: GrpcType, service: string, method: string): MethodMetrics {
    const labels = { grpc_type: type, grpc_service: service, grpc_method: method };
    const seconds = this.#seconds.labels(labels);
    const started = this.#started.labels(labels);
    const received = this.#received.labels(labels);
    const sent = this.#sent.labels(labels);
    return {
      started: () => {
        started.inc();
        received.inc();
      },
      messageSent: () => sent.inc(),
      handled: (code, duration) => {
        this.#handled.inc({ ...labels, grpc_code: code });
        seconds.observe(duration);
      },
    };
  }
}
