import pg from "pg";
import { ConfigurationError } from "../../errors/arena-error.ts";
import { NotDoneError } from "../stored/store-errors.ts";

const noTables =
  "its user may not make or change the tables arena_…; grant CREATE and USAGE on the schema, or let their owner run this version once";

/** By SQLSTATE: what an operator has to mend before a start can succeed. */
const remedies: Readonly<Record<string, string>> = {
  "28P01": "it refuses the user or the password; correct them in QUEUE_URL",
  "28000": "it refuses the user; correct QUEUE_URL, or allow the user in pg_hba.conf",
  "3D000": "it has no database of this name; create it, or correct QUEUE_URL",
  "42501": noTables,
  "3F000":
    "its user finds no schema to make the tables arena_… in; grant CREATE and USAGE on the schema, or correct the user's search_path",
  "25006":
    "it is read-only, as a standby is; name the primary, or turn default_transaction_read_only off if the database or its user sets that",
};

/** Makes of an error at the start one that says what to do; null if it may pass by itself. */
export function toConfigurationError(error: unknown, url: string): ConfigurationError | null {
  if (error instanceof ConfigurationError) return error;
  const remedy = remedies[codeOf(error)];
  if (remedy === undefined) return null;
  return new ConfigurationError([
    { name: "QUEUE_URL", message: `the database at ${placeOf(url)} cannot be used: ${remedy}` },
  ]);
}

/** What to say about a database that did not answer, or answered with an error that may pass by itself. */
export function failureAt(error: unknown, url: string): Error {
  const reason = error instanceof Error ? error.message || codeOf(error) : String(error);
  const whatNow = isAnswer(error)
    ? `answers with an error (${reason}); mend what it says, or name another one in QUEUE_URL`
    : `cannot be reached (${reason}); start it, or correct QUEUE_URL`;
  return new Error(`the database at ${placeOf(url)} ${whatNow}`, { cause: error });
}

/** Errors after which the same statement, made at once, has a good chance: two replicas met. */
export function isCollision(error: unknown): boolean {
  return ["40001", "40P01", "23505"].includes(codeOf(error));
}

/** Host and database of a URL, without user and password. */
export function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host || "the local socket"}${pathname}`;
}

/** Whether the database refused a statement. A pooler's own errors (08, 58, XX) say nothing of what it did. */
export function isRefusal(error: unknown): boolean {
  return originOf(error) instanceof pg.DatabaseError && !/^(08|57P|58|XX)/.test(codeOf(error));
}

/** Whether the database itself says it, and not on its way up or down. */
function isAnswer(error: unknown): boolean {
  return originOf(error) instanceof pg.DatabaseError && !/^(08|57P)/.test(codeOf(error));
}

function codeOf(error: unknown): string {
  const origin = originOf(error);
  return origin instanceof Error && "code" in origin ? String(origin.code) : "";
}

/** What was wrong where nothing was sent. */
function originOf(error: unknown): unknown {
  return error instanceof NotDoneError ? error.cause : error;
}
