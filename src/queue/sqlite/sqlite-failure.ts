import { messageOf } from "../../text/reason-of.ts";
import { NoRoomError } from "../stored/store-errors.ts";

/** SQLite's codes of what can go wrong with a file. */
const codes = {
  busy: 5,
  readOnly: 8,
  inputOutput: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
} as const;

/** What writing fails with where a limit or a quota is reached, with its details. */
const failedWrites: readonly unknown[] = [778, 4874];

/** Of a file, one part does not fit the other. */
export class DamagedFileError extends Error {
  override readonly name = "DamagedFileError";
}

/** Whether something failed because the file is damaged. */
export function isOfDamage(error: unknown): boolean {
  const code = codeOf(error);
  if (code === codes.corrupt || code === codes.notADatabase) return true;
  return error instanceof DamagedFileError;
}

/** Whether something failed because the disk, or what may be used of it, is full. */
export function isNoRoom(error: unknown): boolean {
  if (codeOf(error) === codes.full) return true;
  return error instanceof Error && "errcode" in error && failedWrites.includes(error.errcode);
}

/** Says in plain words why a file that was opened cannot be used now, and what to do. */
export function explainFailure(file: string, error: unknown): string {
  if (error instanceof NoRoomError) return error.message;
  const reason = messageOf(error);
  switch (codeOf(error)) {
    case codes.full:
      return explainFull(file);
    case codes.inputOutput:
      return `${file} cannot be read or written: the disk may be full, broken or gone, or a limit on the size of files or a quota is reached. Make room or bring the disk back: nothing that was accepted is lost, and the queue goes on by itself (${reason})`;
    case codes.readOnly:
    case codes.cannotOpen:
      return `${file} cannot be written any more: its disk or folder became read-only, or it was moved. Make it writable again, or start the server anew where it is (${reason})`;
    case codes.corrupt:
    case codes.notADatabase:
      return `${file} ${damaged} (${reason})`;
    case codes.busy:
      return `another program has kept ${file} locked for more than 5 seconds: end what it does there (${reason})`;
    default:
      return `SQLite failed with ${file}: ${reason}`;
  }
}

/** Says what to do where a file's disk lacks the room for something. */
export function explainFull(file: string): string {
  return `the disk that holds ${file} is full, or what may be used of it: make room. Nothing that was accepted is lost, and the queue goes on by itself when there is room`;
}

/** Says why a file cannot be opened for a queue, and what to do. */
export function explainOpening(file: string, error: unknown): string {
  const reason = messageOf(error);
  switch (codeOf(error)) {
    case codes.notADatabase:
      return `${file} is not a SQLite database. Name another file, or move this one away`;
    case codes.corrupt:
      return `${file} ${damaged} (${reason})`;
    case codes.readOnly:
    case codes.cannotOpen:
      return `${file} cannot be opened and written: ${reason}. Give this user the right to write the file and its folder, or name another file`;
    case "ENOTDIR":
    case "EEXIST":
      return `${file} cannot be created, because a part of its path is a file and not a folder (${reason}). Name another path`;
    case "EACCES":
    case "ENOENT":
    case "EPERM":
    case "EROFS":
      return `${file} cannot be created or written (${reason}). Give this user the right to write its folder, mount a volume there that can be written, or name another path`;
    default:
      return explainFailure(file, error);
  }
}

const damaged =
  "is damaged. Move it away together with its -wal file and start again; what can be saved of it, the program sqlite3 saves with its command .recover";

/** SQLite's code without its details, or the system's. */
function codeOf(error: unknown): unknown {
  if (typeof error !== "object" || error === null) return undefined;
  if ("errcode" in error && typeof error.errcode === "number") return error.errcode & 0xff;
  return "code" in error ? error.code : undefined;
}
