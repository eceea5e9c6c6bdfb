import { Counter, Histogram, type Registry } from "prom-client";

const labelNames = ["grpc_type", "grpc_service", "grpc_method"] as const;

/** The two kinds of calls of the arena's contract, in the words of gRPC dashboards. */
export type GrpcType = "unary" | "server_stream";

/** Counts one method's calls. Every call of ours begins with one message. */
export interface MethodMetrics {
  started(): void;
  messageSent(): void;
  /** `code` is the name of the gRPC status, `OK` included. */
  handled(code: string, seconds: number): void;
}

/** Figures of gRPC calls under the names that go-grpc-prometheus gave them. */
export class GrpcMetrics {
  readonly #methods: MethodTally[] = [];
  readonly #seconds: Histogram<string>;

  constructor(registry: Registry) {
    const registers = [registry];
    const methods = this.#methods;
    const counter = (name: string, help: string, read: (tally: MethodTally) => number) =>
      new Counter({
        name,
        help,
        labelNames: [...labelNames],
        registers,
        collect() {
          this.reset();
          for (const tally of methods) this.inc(tally.labels, read(tally));
        },
      });
    counter("grpc_server_started_total", "Calls that began.", (tally) => tally.startedCount);
    counter("grpc_server_msg_received_total", "Messages received.", (tally) => tally.startedCount);
    counter("grpc_server_msg_sent_total", "Messages sent.", (tally) => tally.sentCount);
    new Counter({
      name: "grpc_server_handled_total",
      help: "Calls that ended, by status code.",
      labelNames: [...labelNames, "grpc_code"],
      registers,
      collect() {
        this.reset();
        for (const { labels, handledCounts } of methods) {
          for (const [code, count] of handledCounts)
            this.inc({ ...labels, grpc_code: code }, count);
        }
      },
    });
    this.#seconds = new Histogram({
      name: "grpc_server_handling_seconds",
      help: "Time from a call's begin to its end.",
      labelNames: [...labelNames],
      registers,
    });
  }

  /** The counters of one method. */
  method(type: GrpcType, service: string, method: string): MethodMetrics {
    const labels = { grpc_type: type, grpc_service: service, grpc_method: method };
    const tally = new MethodTally(labels, this.#seconds.labels(labels));
    this.#methods.push(tally);
    return tally;
  }
}

/** Plain numbers, which cost a call nothing; the counters read them when they are scraped. */
class MethodTally implements MethodMetrics {
  readonly labels: Readonly<Record<string, string>>;
  readonly handledCounts = new Map<string, number>();
  readonly #seconds: { observe(value: number): void };
  startedCount = 0;
  sentCount = 0;

  constructor(labels: MethodTally["labels"], seconds: { observe(value: number): void }) {
    this.labels = labels;
    this.#seconds = seconds;
  }

  started(): void {
    this.startedCount++;
  }

  messageSent(): void {
    this.sentCount++;
  }

  handled(code: string, seconds: number): void {
    this.handledCounts.set(code, (this.handledCounts.get(code) ?? 0) + 1);
    this.#seconds.observe(seconds);
  }
}
