import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import { parse } from "dotenv";
import { ConfigurationError } from "../errors/arena-error.ts";
import { messageOf } from "../text/reason-of.ts";

const name = ".env";

/**
 * What `.env` in the working directory says; nothing where there is none.
 * @throws ConfigurationError when it is there and cannot be read
 */
export function readDotenv(): Readonly<Record<string, string>> {
  const bytes = bytesOf(name);
  if (bytes === null) return {};
  // UTF-16, as some shells of Windows write it, has NUL characters; no text in UTF-8 has.
  if (bytes.includes(0) || !isUtf8(bytes)) {
    throw problem("is no text in UTF-8; save it as UTF-8, without NUL characters");
  }
  return parse(bytes);
}

function bytesOf(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") return null;
    const reason = messageOf(error);
    throw problem(`cannot be read (${reason}); make it a file that this user can read`, error);
  }
}

function problem(message: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError([{ name, message }], { cause });
}
