import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** What a scrape asks the queue. */
interface QueueFill {
  readonly size: number;
  readonly pending: number;
  readonly undelivered: number;
  readonly oldestAgeMs: number;
  readonly overdue: number;
}

/** What the metrics see of a queue. */
interface WatchedQueue {
  readonly durable: {
    readonly isReachable: boolean;
    readonly health: { readonly trouble: "full" | "damaged" | null; readonly lostRows: number };
  } | null;
  stats(): Promise<QueueFill>;
}

const secondsBuckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

/** The server's figures in Prometheus' text format. */
export class Metrics {
  readonly registry = new Registry();
  readonly streamsOpen = this.#gauge("arena_streams_open", "sendPrediction streams that are open.");
  /** Plain numbers, which cost a request nothing; the counter reads them when it is scraped. */
  readonly #outcomes = new Map<string, number>();
  readonly #waiting = this.#histogram(
    "arena_waiting_seconds",
    "Time from arrival to the model, or to the end of waiting.",
  );
  readonly #model = this.#histogram(
    "arena_model_seconds",
    "Time that the model took, if it was asked.",
  );
  readonly #delivery = this.#histogram(
    "arena_delivery_seconds",
    "Time from the answer to the client's acknowledgement.",
  );
  readonly #cuts = new Counter({
    name: "arena_connections_cut_total",
    help: "Connections that were cut because they flooded the server: by faults, or with too many streams.",
    labelNames: ["reason"],
    registers: [this.registry],
  });
  readonly #repeated = new Counter({
    name: "arena_answers_repeated_total",
    help: "Answers that go out once more because the connection broke of a client that had acknowledged them.",
    registers: [this.registry],
  });
  readonly #dropped = new Counter({
    name: "arena_refusals_dropped_total",
    help: "Refused requests that got no answer, because 10,000 lay undelivered: 0 unless nobody reads. Alert on it.",
    registers: [this.registry],
  });
  #accepted = 0;
  #answered = 0;

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    const outcomes = this.#outcomes;
    new Counter({
      name: "arena_requests_total",
      help: "Requests that have their answer, by outcome: OK or the error's code.",
      labelNames: ["outcome"],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const [outcome, count] of outcomes) this.inc({ outcome }, count);
      },
    });
  }

  /** A request was taken into the queue and is owed an answer. */
  requestAccepted(): void {
    this.#accepted++;
  }

  /** A request that was taken has its answer. */
  requestAnswered(outcome: string, waitingMs: number, modelMs: number | null): void {
    this.#answered++;
    this.#count(outcome);
    this.#waiting.observe(waitingMs / 1000);
    if (modelMs !== null) this.#model.observe(modelMs / 1000);
  }

  /** A request was not taken, and its refusal is its answer. */
  requestRefused(outcome: string): void {
    this.#count(outcome);
  }

  /** A connection was cut because it flooded the server. */
  connectionCut(reason: string): void {
    this.#cuts.inc({ reason });
  }

  /** So many answers go out once more, because they may not have been read. */
  answersRepeated(count: number): void {
    this.#repeated.inc(count);
  }

  /** A refused request got no answer. */
  refusalDropped(): void {
    this.#dropped.inc();
  }

  /** A client has acknowledged an answer. */
  answerDelivered(deliveryMs: number): void {
    this.#delivery.observe(deliveryMs / 1000);
  }

  /**
   * Reads the queue at every scrape, and holds the books against it. What others
   * put into a durable queue is in nobody's books: there the queue itself knows.
   */
  watchQueue(queue: WatchedQueue): void {
    let asked: Promise<QueueFill> | null = null;
    const trouble = () => queue.durable?.health.trouble ?? null;
    // All the gauges of one scrape share one look at the queue.
    const stats = () => {
      asked ??= queue.stats().finally(() => {
        asked = null;
      });
      return asked;
    };
    const gauge = (name: string, help: string, read: (fill: QueueFill) => number) =>
      this.#gauge(name, help, async () => read(await stats()));
    gauge("arena_queue_size", "Requests that wait.", ({ size }) => size);
    gauge("arena_requests_in_flight", "Requests the model works on.", ({ pending }) => pending);
    gauge(
      "arena_answers_undelivered",
      "Answers that no client has acknowledged.",
      ({ undelivered }) => undelivered,
    );
    gauge(
      "arena_queue_oldest_age_seconds",
      "Age of the request that waits longest.",
      ({ oldestAgeMs }) => oldestAgeMs / 1000,
    );
    gauge(
      "arena_unanswered_total",
      "Requests that were taken and have no answer, though lost or past their deadline: 0 unless something is broken.",
      ({ size, pending, overdue }) =>
        queue.durable ? overdue : this.#accepted - this.#answered - size - pending + overdue,
    );
    this.#gauge(
      "arena_queue_reachable",
      "1, or 0 while the database or disk behind the queue is away or full.",
      () => (queue.durable?.isReachable === false || trouble() === "full" ? 0 : 1),
    );
    this.#gauge(
      "arena_queue_full",
      "1 while the disk behind the queue lacks the room for what is new.",
      () => (trouble() === "full" ? 1 : 0),
    );
    this.#gauge(
      "arena_queue_damaged",
      "1 once the queue's file was found damaged, until the server starts again.",
      () => (trouble() === "damaged" ? 1 : 0),
    );
    this.#gauge(
      "arena_queue_lost_requests",
      "Stored requests that a damaged file, or one without its log of changes, lacks: 0 unless somebody has to ask for them again.",
      () => queue.durable?.health.lostRows ?? 0,
    );
  }

  #count(outcome: string): void {
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
  }

  #gauge(name: string, help: string, read?: () => number | Promise<number>): Gauge {
    return new Gauge({
      name,
      help,
      registers: [this.registry],
      ...(read && {
        async collect() {
          this.set(await read());
        },
      }),
    });
  }

  #histogram(name: string, help: string): Histogram {
    return new Histogram({ name, help, buckets: secondsBuckets, registers: [this.registry] });
  }
}
