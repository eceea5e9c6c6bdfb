import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigurationError } from "../errors/arena-error.ts";
import { readDotenv } from "./read-dotenv.ts";

describe("readDotenv", () => {
  const home = process.cwd();
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "arena-dotenv-"));
    process.chdir(folder);
  });

  afterEach(() => {
    process.chdir(home);
    rmSync(folder, { recursive: true });
  });

  const refused = (expected: RegExp) =>
    assert.throws(readDotenv, (error) => {
      assert.ok(error instanceof ConfigurationError);
      assert.equal(error.problems[0]?.name, ".env");
      assert.match(error.message, expected);
      return true;
    });

  it("has nothing where there is no file", () => {
    assert.deepEqual(readDotenv(), {});
  });

  it("reads names and values, also behind a BOM", () => {
    writeFileSync(".env", "\uFEFFMODEL=openai\n# none\nOPENAI_API_KEY='k'\n");
    assert.deepEqual({ ...readDotenv() }, { MODEL: "openai", OPENAI_API_KEY: "k" });
  });

  it("does not pass over UTF-16 in silence", () => {
    writeFileSync(".env", Buffer.from("\uFEFFMODEL=openai\r\n", "utf16le"));
    refused(/is no text in UTF-8; save it as UTF-8/);
  });

  it("does not take letters of Latin-1 for others", () => {
    writeFileSync(".env", Buffer.from("MODEL_ID=fran\u00e7ais\n", "latin1"));
    refused(/is no text in UTF-8; save it as UTF-8/);
  });

  it("does not pass over a folder in silence", () => {
    mkdirSync(".env");
    refused(/cannot be read \(EISDIR.*make it a file/);
  });
});
