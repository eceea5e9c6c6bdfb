import { existsSync, readFileSync } from "node:fs";
import type { z } from "zod";
import { ConfigurationError } from "../errors/arena-error.ts";
import { messageOf } from "../text/reason-of.ts";
import {
  type ArenaConfigParts,
  type ParsedConfig,
  parseArenaConfig,
} from "./parse-arena-config.ts";

/** Where the file is looked for when nobody names one. */
export const defaultConfigFile = "arena.yaml";

/** Which file is read, and what named it. */
export interface ConfigFile {
  /** Without it `arena.yaml` in the working directory, if there is one. */
  readonly path: string | undefined;
  /** The variable or option that named it. */
  readonly setting: string;
}

/** A file that was read. */
export interface LoadedConfig<Extra extends z.ZodRawShape> extends ParsedConfig<Extra> {
  readonly file: string;
}

/**
 * Reads the configuration file; null when none is named and none is there.
 * @throws ConfigurationError with every problem at once
 */
export function loadArenaConfig<Extra extends z.ZodRawShape>(
  { path, setting }: ConfigFile,
  parts: ArenaConfigParts<Extra>,
): LoadedConfig<Extra> | null {
  if (path === undefined && !existsSync(defaultConfigFile)) return null;
  const file = path ?? defaultConfigFile;
  if (/\p{Cc}/u.test(file)) {
    const message = "expected the path of an arena.yaml, got several lines; give the file's path";
    throw new ConfigurationError([{ name: setting, message }]);
  }
  const name = path === undefined ? file : setting;
  return { file, ...parseArenaConfig(readText(file, name), file, parts) };
}

function readText(file: string, name: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new ConfigurationError([{ name, message: whyNotRead(file, error) }]);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const message = `${file} is not UTF-8; save it as UTF-8`;
    throw new ConfigurationError([{ name, message }]);
  }
}

function whyNotRead(file: string, error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return `no file at ${file}; give the path of an arena.yaml`;
  if (code === "EISDIR") return `${file} is a folder; give the path of an arena.yaml`;
  const reason = messageOf(error);
  return `cannot read ${file} (${reason}); let this user read it`;
}
