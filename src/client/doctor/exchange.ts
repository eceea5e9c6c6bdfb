import type { ArenaClient } from "../arena-client.ts";
import type { RpcError } from "../rpc-error.ts";
import type { LoggedAnswer } from "./answer-log.ts";

/** Where a request differs from the doctor's usual one. */
export interface RequestOptions {
  readonly sessionID?: string;
  readonly messageID?: string;
  readonly modelID?: string;
  /** Another connection than the doctor's usual one. */
  readonly client?: ArenaClient;
}

/** A request, and what `predict` said to it. */
export interface Sent {
  readonly sessionID: string;
  readonly messageID: string;
  readonly sentAtMs: number;
  readonly acceptedAtMs: number;
  /** When predict did not end with OK. */
  readonly failure?: RpcError;
}

/** A request, and what came back: the answers of its session. */
export interface Exchange extends Sent {
  readonly answers: readonly LoggedAnswer[];
}
