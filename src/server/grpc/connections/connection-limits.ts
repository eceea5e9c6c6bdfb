import { constants, type Http2Session, type ServerHttp2Stream } from "node:http2";

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
