// Runs real foreign peers against the built server: see README.md beside this.
import { spawn, spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateStubs, installGrpcurl, installPython, MissingToolError } from "./tools.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const repository = join(here, "..", "..");
const cache = join(repository, ".cache", "conformance");
const timeoutMs = 600_000;

try {
  const args = process.argv.slice(2);
  const fromSource = args.includes("--source");
  if (!fromSource) build();
  const python = installPython(cache, join(here, "requirements.txt"));
  const grpcurl = installGrpcurl(cache);
  const stubs = join(cache, "stubs");
  generateStubs(python, join(repository, "proto"), stubs);
  const suites = args.filter((arg) => arg !== "--source");
  process.exitCode = await check(python, suites, {
    PYTHONPATH: stubs,
    PYTHONDONTWRITEBYTECODE: "1",
    // Every process here is started by exec: gRPC need not prepare for a fork.
    GRPC_ENABLE_FORK_SUPPORT: "0",
    CONFORMANCE_GRPCURL: grpcurl,
    CONFORMANCE_SERVER: fromSource ? "--conditions=source src/cli.ts" : "dist/cli.js",
  });
} catch (error) {
  if (!(error instanceof MissingToolError)) throw error;
  process.stdout.write(`not ok ${error.message}\n0 passed, 1 failed\n`);
  process.exitCode = 1;
}

function build() {
  const setUp = join("scripts", "set-up.mjs");
  const options = { cwd: repository, stdio: ["ignore", 2, 2] };
  const { status } = spawnSync(process.execPath, [setUp], options);
  if (status !== 0) throw new MissingToolError("the server cannot be built");
}

/** Runs the checks in a group of processes of their own, which ends with them in any case. */
function check(python, suites, variables) {
  const child = spawn(python, ["-u", join(here, "python", "main.py"), ...suites], {
    env: { ...process.env, ...variables },
    stdio: ["ignore", "inherit", "inherit"],
    detached: true,
  });
  const end = (signal) => {
    try {
      process.kill(-child.pid, signal);
    } catch (error) {
      if (error.code !== "ESRCH") throw error;
    }
  };
  const timer = setTimeout(() => {
    process.stdout.write(`not ok the checks end within ${timeoutMs} ms\n0 passed, 1 failed\n`);
    end("SIGKILL");
  }, timeoutMs);
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => end("SIGKILL"));
  return new Promise((resolve) => {
    child.on("exit", (code) => {
      clearTimeout(timer);
      end("SIGKILL");
      resolve(code ?? 1);
    });
  });
}
