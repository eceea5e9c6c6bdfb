import type { Arrival, QueueStore, Refusal, StoreLimits } from "../stored/queue-store.ts";
import type { Durability } from "./file/open-store-file.ts";
import type { RowOptions } from "./rows/store-database.ts";

/** The methods of a store that its thread does, and what the thread does of itself. */
interface ThreadMethods
  extends Pick<
    QueueStore,
    | "claim"
    | "answer"
    | "giveBack"
    | "take"
    | "done"
    | "release"
    | "again"
    | "keepMetrics"
    | "nextDeadline"
    | "stats"
    | "sweep"
  > {
  /** What is stored again under its name changes nothing: a retry is nothing special. */
  insert(arrivals: readonly Arrival[], limits: StoreLimits): ReturnType<QueueStore["insert"]>;
  refuse(refusals: readonly Refusal[]): ReturnType<QueueStore["refuse"]>;
  free(): Promise<void>;
}

/** The name of a call. */
export type CallName = keyof ThreadMethods;

/** What a call is given. */
export type Args<Name extends CallName> = Parameters<ThreadMethods[Name]>;

/** What a call brings. */
export type Result<Name extends CallName> = Awaited<ReturnType<ThreadMethods[Name]>>;

/** What does each call, on the rows. */
export type CallHandlers = {
  readonly [Name in CallName]: (...args: Args<Name>) => Result<Name>;
};

/** A call of such a method, on its way to the thread. */
export type StoreCall<Name extends CallName = CallName> = {
  [Each in Name]: { readonly name: Each; readonly args: Args<Each> };
}[Name];

/** About what a call takes on its way; only long texts matter. */
export function bytesOf({ name, args }: StoreCall): number {
  switch (name) {
    case "insert":
      return args[0].reduce((sum, { request }) => sum + request.bytes, 0);
    case "answer":
      return args[0].reduce((sum, { answer }) => sum + answer.text.length, 0);
    case "keepMetrics":
      return args[0].reduce((sum, { metrics }) => sum + metrics.length, 0);
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
