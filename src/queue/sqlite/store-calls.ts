import type {
  Arrival,
  Claim,
  ClaimedAnswer,
  ClaimKind,
  PublishedMetrics,
  QueueStore,
  Refusal,
  StoreLimits,
} from "../stored/queue-store.ts";
import type { Durability } from "./file/open-store-file.ts";
import type { RowOptions } from "./rows/store-database.ts";

/** A call of a QueueStore's method, on its way to the thread that does it. */
export type StoreCall =
  | {
      readonly name: "insert";
      readonly arrivals: readonly Arrival[];
      readonly limits: StoreLimits;
    }
  | { readonly name: "refuse"; readonly refusals: readonly Refusal[] }
  | {
      readonly name: "claim";
      readonly kind: ClaimKind;
      readonly token: string;
      readonly limit: number;
      readonly isRetry: boolean;
    }
  | {
      readonly name: "answer";
      readonly answers: readonly ClaimedAnswer[];
      readonly isRetry: boolean;
    }
  | { readonly name: "giveBack"; readonly claims: readonly Claim[] }
  | {
      readonly name: "take";
      readonly token: string;
      readonly limit: number;
      readonly isRetry: boolean;
    }
  | { readonly name: "done"; readonly taken: readonly Claim[]; readonly deliveredAt: number }
  | { readonly name: "release"; readonly taken: readonly Claim[] }
  | { readonly name: "again"; readonly rows: readonly number[] }
  | { readonly name: "keepMetrics"; readonly metrics: readonly PublishedMetrics[] }
  | { readonly name: "nextDeadline" | "stats" | "sweep" | "free" };

/** About what a call takes on its way; only long texts matter. */
export function bytesOf(call: StoreCall): number {
  switch (call.name) {
    case "insert":
      return call.arrivals.reduce((sum, { request }) => sum + request.bytes, 0);
    case "answer":
      return call.answers.reduce((sum, { answer }) => sum + answer.text.length, 0);
    case "keepMetrics":
      return call.metrics.reduce((sum, { metrics }) => sum + metrics.length, 0);
    default:
      return 0;
  }
}

/** Whether a call brings rows: all others work on those that are there. */
export function bringsRows({ name }: StoreCall): boolean {
  return name === "insert" || name === "refuse" || name === "keepMetrics";
}

/** What a thread is started with. */
export interface ThreadData {
  readonly file: string;
  readonly durability: Durability;
  readonly options: RowOptions;
  /** False when this process goes on with what it holds in the file. */
  readonly freesRows: boolean;
}

/** What a thread is told: calls that are done together, or that it shall end. */
export type ThreadMessage = readonly StoreCall[] | "close";

/** What befell a file, in words for whoever runs the server. */
export type FileEvent =
  /** Something was done to it from outside. */
  | { readonly name: "notice"; readonly message: string }
  /** So many rows are gone. */
  | { readonly name: "lost"; readonly count: number; readonly message: string }
  /** A damaged file was replaced; so many rows could not be read. */
  | { readonly name: "damaged"; readonly count: number; readonly message: string }
  /** Nothing new is taken, because the disk is full; and that is over. */
  | { readonly name: "full"; readonly message: string }
  | { readonly name: "room" }
  /** What was kept is deleted before its time. */
  | { readonly name: "overfull"; readonly message: string };

/** What a thread says. Replies have the order of the calls. */
export type ThreadReply =
  | { readonly kind: "open" }
  | { readonly kind: "event"; readonly event: FileEvent }
  /** The file cannot be used, and the thread ends. */
  | { readonly kind: "unusable"; readonly message: string }
  | {
      readonly kind: "done";
      readonly results: readonly unknown[];
      /** Another program has changed the file since the last reply. */
      readonly isForeignChange: boolean;
      readonly mayHave: QueueStore["mayHave"];
    }
  /** None of the next `count` calls has happened. */
  | {
      readonly kind: "failed";
      readonly count: number;
      readonly message: string;
      /** What the calls carry is at fault, or there is no room for it, or the file fails. */
      readonly reason: "data" | "room" | "file";
    };
