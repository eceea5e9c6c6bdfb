import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { messageOf } from "../../text/reason-of.ts";
import { CommandError } from "../command.ts";

/** The reader of the output has gone, as `head` does: the command ends quietly. */
export class ReaderGoneError extends Error {
  override readonly name = "ReaderGoneError";
}

/** Writes as fast as its reader reads. */
export class LineOutput {
  readonly #stream: Writable;
  readonly #isFile: boolean;

  private constructor(stream: Writable, isFile: boolean) {
    this.#stream = stream;
    this.#isFile = isFile;
    // It stays: the stream may fail once more, after the last line, and nobody needs to hear it.
    stream.on("error", () => {});
  }

  /** Writes to a stream that others write to as well; it is left open. */
  static to(stream: Writable): LineOutput {
    return new LineOutput(stream, false);
  }

  /** Writes to a new file that only its owner can read. @throws CommandError when it cannot be created */
  static async toFile(path: string): Promise<LineOutput> {
    const stream = createWriteStream(path, { flags: "wx", mode: 0o600 });
    try {
      await once(stream, "open");
    } catch (error) {
      throw new CommandError(1, `--output: ${whyNotCreated(path, error)}`);
    }
    return new LineOutput(stream, true);
  }

  /** Writes one line. @throws ReaderGoneError */
  async line(text: string): Promise<void> {
    await this.text(`${text}\n`);
  }

  /** Writes text that has its own line ends. @throws ReaderGoneError */
  async text(text: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#stream.write(text, (error) => (error ? reject(error) : resolve()));
    try {
      await promise;
    } catch (error) {
      if (isGone(error)) throw new ReaderGoneError("nobody reads on", { cause: error });
      const reason = messageOf(error);
      throw new CommandError(1, `Cannot write the output (${reason}). Is there room?`);
    }
  }

  /** Ends a file; other streams stay open. */
  async end(): Promise<void> {
    if (!this.#isFile) return;
    this.#stream.end();
    await finished(this.#stream);
  }
}

/**
 * Lets `write` write to the file at `path`, or else to `stream`. A file that was
 * not finished is removed: half an export looks like a whole one.
 */
export async function withOutput(
  path: string | undefined,
  stream: Writable,
  write: (output: LineOutput) => Promise<void>,
): Promise<void> {
  if (path === undefined) return write(LineOutput.to(stream));
  const output = await LineOutput.toFile(path);
  try {
    await write(output);
    await output.end();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

function isGone(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "EPIPE" || code === "ERR_STREAM_DESTROYED";
}

function whyNotCreated(path: string, error: unknown): string {
  if (error instanceof Error && "code" in error && error.code === "EEXIST") {
    return `${path} is there already, and nothing is overwritten. Give another name, or remove it.`;
  }
  const reason = messageOf(error);
  return `cannot create ${path} (${reason}). Give a path in a folder that can be written to.`;
}
