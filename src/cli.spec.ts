import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("cli.ts", import.meta.url));
const count = 3000;

describe("the command's output into a pipe", () => {
  let folder: string;
  let command: readonly string[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "arena-cli-"));
    const config = join(folder, "arena.yaml");
    const profiles = Array.from({ length: count }, (_, number) => ({
      name: `profile-${number}`,
      provider: "openai",
      accessKey: "{Env:KEY}",
    }));
    await writeFile(config, JSON.stringify({ profiles }));
    command = ["--conditions=source", cli, "profiles", "list", "--json", "--config", config];
  });

  after(() => rm(folder, { recursive: true }));

  it("is there to the end, however much it is", async () => {
    const child = spawn(process.execPath, command, { stdio: ["ignore", "pipe", "inherit"] });
    const exited = once(child, "exit");
    const lines = (await text(child.stdout)).trimEnd().split("\n");
    assert.deepEqual(
      [lines.length, JSON.parse(lines.at(-1) ?? "").name],
      [count, `profile-${count - 1}`],
    );
    assert.deepEqual(await exited, [0, null]);
  });

  it("may be left by who reads it, and that is no failure", async () => {
    const child = spawn(process.execPath, command, { stdio: ["ignore", "pipe", "pipe"] });
    const exited = once(child, "exit");
    const errors = text(child.stderr);
    await once(child.stdout, "readable");
    child.stdout.destroy();
    assert.deepEqual(await exited, [0, null]);
    assert.equal(await errors, "");
  });
});
