// Installs the foreign peers, once for each set of pinned versions. Plain
// JavaScript, because it may run on an older Node than the one of the project.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const grpcurlVersion = "v1.9.3";
const grpcurlModule = "github.com/fullstorydev/grpcurl/cmd/grpcurl";
const printVersion = "import sys; assert sys.version_info >= (3, 10); print(sys.version)";

/** A tool that is not there, or an installation that failed. */
export class MissingToolError extends Error {}

/** Returns the path of a Python that has the packages of `requirements`. */
export function installPython(cache, requirements) {
  const version = capture("python3", ["-c", printVersion]);
  if (version === null) throw missing("Python 3.10 or newer (python3)", "the Python peers");
  const key = createHash("sha256").update(version).update(readFileSync(requirements)).digest("hex");
  const folder = join(cache, `python-${key.slice(0, 12)}`);
  const python = join(folder, "bin", "python");
  once(folder, () => {
    run("python3", ["-m", "venv", folder]);
    run(python, ["-m", "pip", "install", "--quiet", "--requirement", requirements]);
  });
  return python;
}

/** Returns the path of grpcurl. */
export function installGrpcurl(cache) {
  const folder = join(cache, `grpcurl-${grpcurlVersion}`);
  once(folder, () => {
    if (capture("go", ["version"]) === null) throw missing("Go 1.21 or newer (go)", "grpcurl");
    const env = { ...process.env, GOBIN: folder, GOTOOLCHAIN: "local" };
    run("go", ["install", `${grpcurlModule}@${grpcurlVersion}`], env);
  });
  return join(folder, "grpcurl");
}

/** Writes the Python code of proto/model.proto, and its descriptor, into a folder. */
export function generateStubs(python, protoFolder, folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const outputs = ["python_out", "grpc_python_out"].map((option) => `--${option}=${folder}`);
  const descriptor = `--descriptor_set_out=${join(folder, "model.binpb")}`;
  const protoc = ["-m", "grpc_tools.protoc", `--proto_path=${protoFolder}`];
  run(python, [...protoc, ...outputs, descriptor, "model.proto"]);
}

/** Fills a folder, unless it was filled completely before. */
function once(folder, fill) {
  const marker = join(folder, "complete");
  if (existsSync(marker)) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  fill();
  writeFileSync(marker, "");
}

function missing(tool, purpose) {
  return new MissingToolError(`${tool} is not on this machine; install it for ${purpose}`);
}

function capture(command, args) {
  const { status, stdout } = spawnSync(command, args, { encoding: "utf8" });
  return status === 0 ? stdout : null;
}

function run(command, args, env = process.env) {
  const line = [command, ...args].join(" ");
  process.stderr.write(`> ${line}\n`);
  const { status, error } = spawnSync(command, args, { stdio: ["ignore", 2, 2], env });
  if (status !== 0) throw new MissingToolError(`${line} failed: ${error?.message ?? status}`);
}
