import type { ClientHttp2Stream } from "node:http2";
import { ModelService } from "../../src/generated/model.ts";
import { RawConnection } from "../fixtures/raw-connection.ts";
import type { Answers } from "./answers.ts";
import { expectedAnswer } from "./expected-answer.ts";
import { FramedMessages } from "./framed-messages.ts";
import type { FuzzCall } from "./fuzz-calls.ts";

/** How a call ended: by a gRPC status, one of HTTP, or the reset of its stream. */
export interface CallEnd {
  readonly call: FuzzCall;
  readonly status: string;
  readonly details: string;
}

/** What lanes share. */
export interface LaneOptions {
  readonly address: string;
  readonly answers: Answers;
  readonly onEnd: (end: CallEnd) => void;
}

/** Calls that are under way on a connection at once. */
const underWay = 48;
const cancel = 8;

/** Sends calls over one connection, and over a new one whenever the server has cut it. */
export class Lane {
  /** Calls that have not ended, with what ends them when their connection does. */
  readonly #open = new Map<FuzzCall, () => void>();
  connections = 0;
  readonly #options: LaneOptions;
  #connection: Promise<RawConnection> | null = null;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /** Calls that have not ended. */
  get open(): Iterable<FuzzCall> {
    return this.#open.keys();
  }

  /** Resolves when all calls have ended, and their answers have come. */
  async send(calls: Iterator<FuzzCall>): Promise<void> {
    const sendOn = async () => {
      for (let next = calls.next(); !next.done; next = calls.next()) await this.#send(next.value);
    };
    await Promise.all(Array.from({ length: underWay }, sendOn));
    this.destroy();
  }

  /** Cuts what has not ended. */
  destroy(): void {
    void this.#connection?.then(
      (connection) => connection[Symbol.dispose](),
      () => {},
    );
  }

  async #send(call: FuzzCall): Promise<void> {
    const { answers, onEnd } = this.#options;
    const isQuestion = call.method === "predict" && call.message !== null;
    const question = isQuestion && call.message ? await expectedAnswer(call.message) : null;
    if (question) answers.asked(call.name, question);
    const end = await this.#exchange(call);
    this.#open.delete(call);
    onEnd(end);
    if (!question || end.status !== "0") return;
    answers.accepted(question);
    await answers.arrival(question);
  }

  async #exchange(call: FuzzCall): Promise<CallEnd> {
    const connection = await this.#connected();
    const stream = connection.call(call.path, call.headers);
    let status = "none";
    let details = "";
    const read = (headers: Readonly<Record<string, unknown>>) => {
      const { ":status": http = 200, "grpc-status": grpc } = headers;
      if (grpc !== undefined) status = String(grpc);
      else if (http !== 200) status = `HTTP ${http}`;
      details = String(headers["grpc-message"] ?? details);
    };
    stream.on("response", read).on("trailers", read);
    const messages = new FramedMessages();
    stream.on("data", (piece: Buffer) => {
      const arrived = messages.add(piece);
      if (call.method === "sendPrediction") for (const message of arrived) this.#answered(message);
      if (call.end === "at the first message" && arrived.length > 0) stream.close(cancel);
    });
    // Not every stream tells that its connection has ended, and not every write either.
    await new Promise<void>((resolve) => {
      this.#open.set(call, () => {
        if (!connection.isOpen) resolve();
      });
      stream.on("close", resolve);
      // As gRPC's clients do: what is answered is not sent to its end.
      stream.on("end", () => stream.close(cancel));
      void write(stream, call);
    });
    if (status === "none") status = connection.isOpen ? `reset ${stream.rstCode}` : "cut";
    return { call, status, details };
  }

  #answered(message: Buffer): void {
    const answer = ModelService.sendPrediction.responseDeserialize(message);
    this.#options.answers.arrived("cut", answer);
  }

  async #connected(): Promise<RawConnection> {
    for (;;) {
      this.#connection ??= this.#connect();
      const ours = this.#connection;
      const connection = await ours;
      if (connection.isOpen) return connection;
      if (this.#connection === ours) this.#connection = null;
    }
  }

  async #connect(): Promise<RawConnection> {
    this.connections++;
    const connection = await RawConnection.to(this.#options.address);
    void connection.closed.then(() => {
      for (const end of this.#open.values()) end();
    });
    return connection;
  }
}

async function write(stream: ClientHttp2Stream, { pieces, end }: FuzzCall): Promise<void> {
  const last = end === "reset" ? null : pieces.at(-1);
  for (const piece of last ? pieces.slice(0, -1) : pieces) {
    if (stream.destroyed) return;
    // Each leaves before the next one comes, so that the server sees it alone.
    await new Promise((resolve) => stream.write(piece, resolve));
  }
  if (stream.destroyed) return;
  if (end === "reset") stream.close(cancel);
  else if (last) stream.end(last);
  else stream.end();
}
