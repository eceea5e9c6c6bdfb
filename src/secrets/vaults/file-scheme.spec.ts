import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RecordingLogger } from "../../../test/fixtures/recording-logger.ts";
import { SecretStore } from "../secret-store.ts";

describe("{File:…} and {Env:…}", () => {
  const never = new AbortController().signal;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "arena-secrets-"));
    await writeFile(join(folder, "key"), "sk-canary\r\n");
    await writeFile(join(folder, "colon:1"), "sk-canary");
    await writeFile(join(folder, "empty"), "\n");
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const get = async (text: string) => {
    const logger = new RecordingLogger();
    const store = new SecretStore({ environment: () => undefined, logger });
    return (await store.source(text).get(never)).reveal();
  };

  it("reads a file without the line break at its end", async () => {
    assert.equal(await get(`{File:${folder}/key}`), "sk-canary");
    assert.equal(await get(`{File:${folder}/colon:1}`), "sk-canary");
  });

  it("says that there is no file, or no key in it", async () => {
    const message = `{File:${folder}/none}: there is no such file; mount it, or correct the path`;
    await assert.rejects(get(`{File:${folder}/none}`), { message, reason: "missing" });
    await assert.rejects(get(`{File:${folder}/key/none}`), /there is no such file/);
    await assert.rejects(get(`{File:${folder}}`), /this is a folder; name the file within it/);
    await assert.rejects(get(`{File:${folder}/empty}`), /what is stored is empty/);
  });

  it("says that a variable is not set", async () => {
    const message = "{Env:KEY}: this variable is not set; set it, or correct its name";
    await assert.rejects(get("{Env:KEY}"), { message, code: "FAILED_PRECONDITION" });
  });
});
