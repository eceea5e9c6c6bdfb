import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../fixtures/free-port.ts";
import { blindModel, coldModel, endlessModel, type LocalServer } from "./local-server.ts";
import { writeTinyModel } from "./tiny-model.ts";

/** Where builds are looked for. */
export const cacheFolder = resolve(process.env["LOCAL_SERVERS_CACHE"] ?? ".cache/local-servers");

/** A real server that runs until it is disposed of. */
export type RunningServer = LocalServer & AsyncDisposable;

/** How a server is started whose build is at hand. */
export interface CachedServer {
  readonly kind: "ollama" | "llama-server";
  /** Path of the program. */
  readonly program: string;
}

/** The servers whose builds are there. */
export function cachedServers(): readonly CachedServer[] {
  return (["ollama", "llama-server"] as const)
    .map((kind) => ({ kind, program: join(cacheFolder, "bin", kind) }))
    .filter(({ program }) => existsSync(program));
}

const says = "Hello from tiny gguf.";
const maxStartMs = 60_000;

/** Starts it on a free port of this machine, with tiny models in a folder that goes with it. */
export async function startServer({ kind, program }: CachedServer): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), `arena-${kind}-`));
  const port = await freePort();
  const log = join(folder, "log");
  const [tiny, endless] = [join(folder, "tiny.gguf"), join(folder, "loop.gguf")];
  writeTinyModel(tiny, { ...blindModel, says });
  writeTinyModel(endless, { ...endlessModel, says });
  // Its keys and models belong to the run.
  const environment = {
    PATH: process.env["PATH"],
    HOME: folder,
    OLLAMA_HOST: `127.0.0.1:${port}`,
    OLLAMA_MODELS: join(folder, "models"),
  };
  const options = ["--host", "127.0.0.1", "--port", `${port}`, "--threads", "1"];
  const args =
    kind === "ollama" ? ["serve"] : ["--model", tiny, "--alias", blindModel.name, ...options];
  const output = openSync(log, "w");
  const child = spawn(program, args, { env: environment, stdio: ["ignore", output, output] });
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGTERM");
      await once(child, "exit");
    }
    rmSync(folder, { recursive: true });
  };
  try {
    const origin = `http://127.0.0.1:${port}`;
    await answering(kind === "ollama" ? `${origin}/api/version` : `${origin}/health`, () => {
      if (child.exitCode !== null) throw new Error(`${kind} ended with ${child.exitCode}`);
    });
    if (kind === "ollama") {
      for (const [name, file] of [
        [blindModel.name, tiny],
        [coldModel.name, tiny],
        [endlessModel.name, endless],
      ] as const) {
        const modelfile = join(folder, `${name}.modelfile`);
        writeFileSync(modelfile, `FROM ${file}\n`);
        execFileSync(program, ["create", name, "-f", modelfile], {
          env: environment,
          stdio: "ignore",
        });
      }
    }
    return { kind, baseURL: `${origin}/v1`, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function answering(url: string, check: () => void): Promise<void> {
  const latest = Date.now() + maxStartMs;
  for (;;) {
    check();
    const isUp = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return;
    if (Date.now() > latest) throw new Error(`nothing answers at ${url}`);
    await sleep(200);
  }
}
