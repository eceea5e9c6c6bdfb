import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { createArenaServer, serverProblems } from "../src/compose.ts";
import { readEnvironment } from "../src/config/environment.ts";
import { Settings } from "../src/config/settings.ts";
import { ConfigurationError } from "../src/errors/arena-error.ts";
import { createModel, modelProblems } from "../src/models/registry.ts";
import { createLogger } from "../src/telemetry/logger.ts";
import { JsonLinesProcess } from "./fixtures/json-lines-process.ts";

describe("a key that was pasted into the wrong setting", () => {
  const keys = [
    "sk-proj-canary8Zk2Qw7xTr9Lm3cVb6Np4d",
    "5f1c0a9e7b3d4f6281c5d0e9a7b3f4d6",
    "AKIAIOSFODNN7EXAMPLE",
    "c2VjcmV0L2NhbmFyeS9rZXk+MTIzNDU2Nzg5MGFiY2Q=",
    "8f1c2d3e-7a6b-4a5b-9c8d-7e6f5a4b3c2d",
    "hf_canarycanarycanarycanary",
    "ab/cd+ef0123456789ABCDEF/gh+ij0123456789KLMNOP==",
  ];
  /** What a person may have set besides, so that the start gets so far. */
  const surroundings: readonly Readonly<Record<string, string>>[] = [
    {},
    { MODEL: "local", LOCAL_MODEL: "m" },
    { MODEL: "azure", AZURE_OPENAI_API_KEY: "k", AZURE_OPENAI_BASE_URL: "http://localhost/m" },
    { MODEL: "routed", ROUTE: "poems", PROFILE_WORKSPACE: "w" },
    { ROLE: "worker" },
    { TLS_CERT_FILE: "package.json", TLS_KEY_FILE: "package.json" },
  ];

  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "arena-pasted-"));
    const profiles = `[{name: p, provider: vllm, accessInfo: {baseUrl: "http://localhost/v1"}}]`;
    writeFileSync(
      join(folder, "arena.yaml"),
      `profiles: ${profiles}\nroutes: [{name: poems, candidates: [{profile: p, model: m}]}]
workspaces: [{name: w, profiles: [p]}]\n`,
    );
  });
  after(() => rmSync(folder, { recursive: true }));

  /** What is said of a start, if it fails. */
  async function sayingOf(variables: Readonly<Record<string, string>>): Promise<string> {
    let told = "";
    const write = (line: string) => {
      told += line;
    };
    try {
      const check = (read: Settings) => [...modelProblems(read), ...serverProblems(read)];
      const settings = readEnvironment(check, variables);
      const logger = createLogger("info", { write });
      const server = await createArenaServer(settings, await createModel(settings), logger);
      await server.start();
      await server.stop();
      return "";
    } catch (error) {
      assert.ok(error instanceof ConfigurationError, inspect(error));
      return `${told}${error.message}${inspect(error.problems)}`;
    }
  }

  it("is repeated by no error of the start", async () => {
    let failures = 0;
    for (const name of Object.keys(Settings.shape)) {
      // A name of one's own choice, and what would leave this folder.
      if (["MODEL_ID", "SHARED_FOLDER_PATH"].includes(name)) continue;
      for (const [index, key] of keys.entries()) {
        const base = {
          GRPC_HOST: "127.0.0.1",
          GRPC_PORT: "0",
          HTTP_PORT: "0",
          QUEUE_URL: "memory:",
          CONFIG_FILE: join(folder, "arena.yaml"),
          ...surroundings[(index + name.length) % surroundings.length],
        };
        const pasted = [key, `./${key}`, `${key}.ts`, `sqlite:/proc/${key}/x`, `mysql://${key}`];
        const forms = ["MODEL", "QUEUE_URL"].includes(name) && index < 2 ? pasted : [key];
        for (const value of forms) {
          for (const around of name === "TLS_KEY_FILE" ? surroundings : [{}]) {
            const told = await sayingOf({ ...base, ...around, [name]: value });
            if (told !== "") failures += 1;
            assertUntold(told, key, name);
          }
        }
      }
    }
    // Nearly all settings refuse a key.
    assert.ok(failures > 200, `only ${failures} starts failed`);
  });

  it("is not repeated when it stands on the command line, or breaks a module", async () => {
    const [key = ""] = keys;
    const MODEL = join(folder, "broken.mjs");
    writeFileSync(MODEL, `throw new TypeError("no such key: ${key}");`);
    await using cli = new JsonLinesProcess(join(import.meta.dirname, "../src/cli.ts"), {
      arguments: [key],
    });
    await cli.exited;
    for (const told of [cli.stderr, await sayingOf({ MODEL })]) {
      assert.match(told, /looks like a key/);
      assertUntold(told, key, "");
    }
  });

  function assertUntold(told: string, key: string, place: string): void {
    for (let at = 0; at + 8 <= key.length; at++) {
      assert.ok(!told.includes(key.slice(at, at + 8)), `${place}: ${told}`);
    }
  }
});
