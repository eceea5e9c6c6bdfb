import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("cli.ts", import.meta.url));
const count = 3000;

describe("the command", () => {
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

  it("writes its whole output into a pipe, however much it is", async () => {
    const child = spawn(process.execPath, command, { stdio: ["ignore", "pipe", "inherit"] });
    const exited = once(child, "exit");
    const lines = (await text(child.stdout)).trimEnd().split("\n");
    assert.deepEqual(
      [lines.length, JSON.parse(lines.at(-1) ?? "").name],
      [count, `profile-${count - 1}`],
    );
    assert.deepEqual(await exited, [0, null]);
  });

  const definition =
    '{ modelID: "odd", needsText: true, needsImage: false, canText: true, canImage: false }';
  const starting = (body: string) =>
    `export default class { getModelDefinition() { return ${definition}; } async getResponse() {} start() { ${body} } }`;
  for (const [what, source, expected] of [
    [
      "waits for what can never come",
      "await new Promise(() => {});\nexport default class {}\n",
      /a model's module that never finishes loading/,
    ],
    ["is ended by a module", "process.exit(0);", /something ended the process, such as a model/],
    ["is ended by a model's start", starting("process.exit(0)"), /something ended the process/],
    ["has a model whose start fails", starting("throw null"), /the model's start\(\) failed: null/],
  ] as const) {
    it(`says that it ${what}`, async () => {
      const model = join(folder, "odd.js");
      await writeFile(model, source);
      const child = spawn(process.execPath, ["--conditions=source", cli, "serve"], {
        stdio: ["ignore", "ignore", "pipe"],
        env: { ...process.env, MODEL: model, QUEUE_URL: "memory:", GRPC_PORT: "0", HTTP_PORT: "0" },
      });
      const exited = once(child, "exit");
      assert.match(await text(child.stderr), expected);
      assert.deepEqual(await exited, [1, null]);
    });
  }

  it("serves and stops with a log that cannot be written", async () => {
    const full = openSync("/dev/full", "w");
    const child = spawn(process.execPath, ["--conditions=source", cli, "serve"], {
      stdio: ["ignore", full, "pipe"],
      env: { ...process.env, QUEUE_URL: "memory:", GRPC_PORT: "0", HTTP_PORT: "0" },
    });
    closeSync(full);
    assert.ok(child.stderr);
    child.stderr.setEncoding("utf8");
    const exited = once(child, "exit");
    const [told] = await once(child.stderr, "data");
    assert.match(told, /log cannot be written to standard output \(ENOSPC.*make room/);
    child.kill("SIGTERM");
    assert.deepEqual(await exited, [0, null]);
  });

  it("says that its output cannot be written, and fails", async () => {
    const full = openSync("/dev/full", "w");
    const child = spawn(process.execPath, command, { stdio: ["ignore", full, "pipe"] });
    closeSync(full);
    assert.ok(child.stderr);
    const exited = once(child, "exit");
    assert.match(await text(child.stderr), /^arena: the output cannot be written \(ENOSPC.*\n$/);
    assert.deepEqual(await exited, [1, null]);
  });

  it("does not fail when whoever reads its output leaves", async () => {
    const child = spawn(process.execPath, command, { stdio: ["ignore", "pipe", "pipe"] });
    const exited = once(child, "exit");
    const errors = text(child.stderr);
    await once(child.stdout, "readable");
    child.stdout.destroy();
    assert.deepEqual(await exited, [0, null]);
    assert.equal(await errors, "");
  });
});
