import {
  constants,
  type Http2Server,
  type Http2Session,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { Server } from "@grpc/grpc-js";
import { Change } from "../../../async/change.ts";

/** Why a connection was cut. */
export type CutReason = "faults" | "streams";

/** Streams that may be open over all connections, at up to 50 KB each. */
const maxStreams = 8000;
/** Faults that a connection may have at once, and those that are forgotten each second. */
const faultBurst = 200;
const faultsPerSecond = 20;

/** What is known of a connection. */
interface Account {
  streams: number;
  faults: number;
  /** When `faults` was true. */
  at: number;
}

/**
 * Cuts connections that keep the server from others, with ENHANCE_YOUR_CALM. A
 * fault is what costs the server work and no usual client does often: a call that
 * is reset before it is answered, a method that is not there, changed settings.
 * When too many streams are open, the connection that has most of them goes.
 */
export class ConnectionLimits {
  readonly #accounts = new Map<Http2Session, Account>();
  readonly #onCut: (reason: CutReason, peer: string) => void;
  readonly #now: () => number;
  #streams = 0;

  constructor(
    onCut: (reason: CutReason, peer: string) => void,
    now: () => number = () => performance.now(),
  ) {
    this.#onCut = onCut;
    this.#now = now;
  }

  /** A connection was opened. */
  watch(session: Http2Session): void {
    const account: Account = { streams: 0, faults: 0, at: this.#now() };
    this.#accounts.set(session, account);
    session.on("remoteSettings", () => this.#fault(session, account));
    session.on("close", () => this.#accounts.delete(session));
  }

  /** A call begins. `isKnown` says that there is such a method. */
  count(stream: ServerHttp2Stream, isKnown: boolean): void {
    const { session } = stream;
    const account = session && this.#accounts.get(session);
    if (!account) return;
    account.streams++;
    this.#streams++;
    stream.once("close", () => {
      account.streams--;
      this.#streams--;
    });
    stream.once("aborted", () => this.#fault(session, account));
    if (!isKnown) this.#fault(session, account);
    if (this.#streams > maxStreams) this.#cutLargest();
  }

  #fault(session: Http2Session, account: Account): void {
    const now = this.#now();
    const forgotten = ((now - account.at) / 1000) * faultsPerSecond;
    account.faults = Math.max(0, account.faults - forgotten) + 1;
    account.at = now;
    if (account.faults > faultBurst) this.#cut(session, "faults");
  }

  #cutLargest(): void {
    const [largest] = [...this.#accounts].toSorted(([, a], [, b]) => b.streams - a.streams);
    if (largest) this.#cut(largest[0], "streams");
  }

  #cut(session: Http2Session, reason: CutReason): void {
    // What came in the same turn is still handed on, and must find its stream there.
    if (!this.#accounts.delete(session)) return;
    const peer = session.socket?.remoteAddress ?? "unknown";
    this.#onCut(reason, peer);
    setImmediate(() => {
      if (session.destroyed) return;
      session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM);
      session.destroy();
    });
  }
}

/**
 * Bytes that a distant client may send before it waits for us; HTTP/2's default is
 * 64 KiB. What a turn of the event loop may find in a socket grows with it.
 */
const windowBytes = 2 * 2 ** 20;
/** On shorter ways the small window costs nothing, and a large one makes both sides buffer. */
const distantMs = 4;
/** A way is as long as the shortest of so many pings says: others work here, too. */
const pings = { count: 4, pauseMs: 50 };

/**
 * What grpc-js does not let us do with its connections: a window that lets
 * distant clients send images without waiting a round trip every 64 KiB, the
 * number of calls that are still arriving, limits, and a real end. It looks at private
 * fields of the server; where that is not found, all works as grpc-js does it.
 */
export class Http2Connections {
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #path: string;
  readonly #calls = new Set<object>();
  readonly #ended = new Change();
  readonly #limits: ConnectionLimits;

  /** @param path the method whose calls are waited for, such as `/Model/predict` */
  constructor(path: string, limits: ConnectionLimits) {
    this.#path = path;
    this.#limits = limits;
  }

  /** Begins to watch. Call it after the port is bound. */
  watch(server: Server): void {
    const http2Servers: unknown = Reflect.get(server, "http2Servers");
    if (!(http2Servers instanceof Map)) return;
    const handlers: unknown = Reflect.get(server, "handlers");
    const isKnown = (path: unknown) => !(handlers instanceof Map) || handlers.has(path);
    for (const http2Server of http2Servers.keys()) {
      if (isHttp2Server(http2Server)) this.#watchServer(http2Server, isKnown);
    }
  }

  /** Resolves when no counted call is under way or still arriving, or when `signal` aborts. */
  onNoCall(signal: AbortSignal): Promise<void> {
    return this.#ended.until(() => this.#calls.size === 0, signal);
  }

  /** Cuts every connection. */
  destroy(): void {
    for (const session of this.#sessions) session.destroy();
  }

  #watchServer(http2Server: Http2Server, isKnown: (path: unknown) => boolean): void {
    http2Server.on("session", (session) => {
      raiseWindowIfDistant(session);
      this.#limits.watch(session);
      this.#sessions.add(session);
      session.on("close", () => this.#sessions.delete(session));
    });
    http2Server.on("stream", (stream, headers) => {
      this.#limits.count(stream, isKnown(headers[":path"]));
      if (headers[":path"] !== this.#path) return;
      this.#calls.add(stream);
      stream.on("close", () => {
        this.#calls.delete(stream);
        this.#ended.notify();
      });
    });
  }
}

function raiseWindowIfDistant(session: ServerHttp2Session, left = pings.count): void {
  if (session.destroyed || session.closed) return;
  const before = performance.eventLoopUtilization();
  session.ping((error, durationMs) => {
    // While this process was busy, it could not hear of the ping.
    const { active } = performance.eventLoopUtilization(before);
    if (error || durationMs - active < distantMs || session.destroyed) return;
    if (left > 1) {
      setTimeout(() => raiseWindowIfDistant(session, left - 1), pings.pauseMs).unref();
      return;
    }
    session.setLocalWindowSize(windowBytes);
    session.settings({ initialWindowSize: windowBytes });
  });
}

function isHttp2Server(value: unknown): value is Http2Server {
  return typeof value === "object" && value !== null && "on" in value;
}
