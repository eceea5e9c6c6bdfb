import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

const cache = join(".cache", "deploy");
const helmModule = "helm.sh/helm/v3/cmd/helm@v3.22.0";
const validateModule = "sigs.k8s.io/kubectl-validate@v0.0.4";
const kedaModule = "github.com/kedacore/keda/v2@v2.21.0";
const prometheusModule = "github.com/prometheus-operator/prometheus-operator@v0.85.0";

/** The groups of Kubernetes in which the chart has objects; "" is the core. */
const groups = ["", "apps", "autoscaling", "networking.k8s.io", "policy"];

/** Where the tools are. */
export interface Tools {
  readonly helm: string;
  readonly kubectlValidate: string;
  readonly compose: string;
  readonly haproxy: string;
  /** Custom resources of KEDA and of the Prometheus operator. */
  readonly customResources: string;
  /** Kubernetes' own schemas of a version that kubectl-validate does not bring. */
  readonly schemasOf: (kubernetesVersion: string) => string;
}

/** A tool that is not there, or an installation that failed. */
export class MissingToolError extends Error {}

/** Installs what the checks need, once for each set of pinned versions. */
export function installTools(): Tools {
  if (spawnSync("go", ["version"]).status !== 0) {
    throw new MissingToolError("Go 1.24 or newer (go) is not on this machine; install it");
  }
  return {
    helm: installGo(helmModule, "helm"),
    kubectlValidate: installGo(validateModule, "kubectl-validate"),
    compose: buildCompose(),
    haproxy: installHaproxy(),
    customResources: copyCustomResources(),
    schemasOf: copySchemas,
  };
}

function installGo(module: string, program: string): string {
  const folder = join(cache, `${program}-${module.split("@")[1]}`);
  once(folder, () => run("go", ["install", module], { GOBIN: join(process.cwd(), folder) }));
  return join(folder, program);
}

function buildCompose(): string {
  const source = join("test", "deploy", "compose");
  const key = createHash("sha256");
  for (const file of ["go.mod", "go.sum", "main.go"]) key.update(readFileSync(join(source, file)));
  const folder = join(cache, `compose-${key.digest("hex").slice(0, 12)}`);
  const program = join(folder, "compose");
  once(folder, () => run("go", ["build", "-C", source, "-o", join(process.cwd(), program), "."]));
  return program;
}

function installHaproxy(): string {
  const paths = ["/usr/sbin", ...(process.env["PATH"] ?? "").split(":")];
  const find = () => paths.map((path) => join(path, "haproxy")).find((path) => existsSync(path));
  const found = find();
  if (found) return found;
  // One dead source among many keeps no package away.
  spawnSync("apt-get", ["update"], { stdio: ["ignore", 2, 2] });
  const install = ["install", "--yes", "--no-install-recommends", "haproxy"];
  run("apt-get", install, { DEBIAN_FRONTEND: "noninteractive" });
  const installed = find();
  if (!installed) throw new MissingToolError("haproxy is not on this machine; install it");
  return installed;
}

function copyCustomResources(): string {
  const folder = join(cache, `custom-resources-${keyOf(kedaModule, prometheusModule)}`);
  once(folder, () => {
    const keda = join(download(kedaModule), "config", "crd", "bases");
    const prometheus = join(download(prometheusModule), "example", "prometheus-operator-crd");
    copy(join(keda, "keda.sh_scaledobjects.yaml"), join(folder, "scaled-objects.yaml"));
    const monitors = "monitoring.coreos.com_servicemonitors.yaml";
    copy(join(prometheus, monitors), join(folder, "service-monitors.yaml"));
  });
  return folder;
}

/** kubectl-validate wants `api/v1.json` and `apis/apps/v1.json`. */
function copySchemas(version: string): string {
  const folder = join(cache, `schemas-${version}-${keyOf(...groups)}`);
  once(folder, () => {
    const source = join(download(`k8s.io/kubernetes@v${version}`), "api", "openapi-spec", "v3");
    for (const file of readdirSync(source)) {
      const [, group = "", name] = /^apis?__(?:(.+)__)?(v\d+)_openapi\.json$/.exec(file) ?? [];
      if (name === undefined || !groups.includes(group)) continue;
      const target = group === "" ? "api" : join("apis", group);
      copy(join(source, file), join(folder, target, `${name}.json`));
    }
  });
  return folder;
}

/** Fetches a Go module for its data, and returns its folder. */
function download(module: string): string {
  const output = run("go", ["mod", "download", "-json", module]);
  const { Dir } = JSON.parse(output);
  if (typeof Dir !== "string") throw new MissingToolError(`${module} has no folder: ${output}`);
  return Dir;
}

/** Files of the module cache are read-only; their copies are ours. */
function copy(from: string, to: string): void {
  cpSync(from, to);
  chmodSync(to, 0o644);
}

function keyOf(...parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 12);
}

/** Fills a folder, unless it was filled completely before. */
function once(folder: string, fill: () => unknown): void {
  const marker = join(folder, "complete");
  if (existsSync(marker)) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  fill();
  writeFileSync(marker, "");
}

function run(command: string, args: readonly string[], variables: NodeJS.ProcessEnv = {}): string {
  const line = [command, ...args].join(" ");
  process.stderr.write(`> ${line}\n`);
  const env = { ...process.env, GOTOOLCHAIN: "local", ...variables };
  const result = spawnSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", 2], env });
  if (result.status === 0) return result.stdout;
  throw new MissingToolError(`${line} failed: ${result.error?.message ?? result.stdout}`);
}
