import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** Which folders of src a folder may import from, beside itself. The root's files are named. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  process: [],
  async: [],
  text: [],
  errors: ["text"],
  "data-models": ["errors", "text"],
  generated: [],
  config: ["errors", "text"],
  queue: ["process", "async", "data-models", "errors", "text"],
  telemetry: ["queue", "data-models", "errors", "text"],
  secrets: ["async", "data-models", "errors", "text"],
  providers: ["secrets", "async", "data-models", "errors", "text"],
  "arena-file": ["providers", "data-models", "errors", "text"],
  routing: ["providers", "data-models", "errors", "text"],
  access: [
    "config",
    "routing",
    "providers",
    "arena-file",
    "secrets",
    "data-models",
    "errors",
    "text",
  ],
  "profile-checks": [
    "access",
    "providers",
    "arena-file",
    "secrets",
    "async",
    "data-models",
    "errors",
    "text",
  ],
  models: [
    "access",
    "config",
    "routing",
    "providers",
    "arena-file",
    "secrets",
    "async",
    "data-models",
    "errors",
    "text",
  ],
  pipeline: ["queue", "models", "async", "data-models", "errors", "text"],
  server: [
    "lifecycle",
    "process",
    "queue",
    "telemetry",
    "generated",
    "async",
    "data-models",
    "errors",
    "text",
  ],
  lifecycle: ["queue", "data-models", "errors", "text"],
  client: ["generated", "data-models", "errors", "text"],
  testing: [
    "compose.ts",
    "pipeline",
    "client",
    "config",
    "models",
    "data-models",
    "errors",
    "text",
  ],
  commands: [
    "compose.ts",
    "generated",
    "lifecycle",
    "process",
    "access",
    "profile-checks",
    "client",
    "config",
    "models",
    "testing",
    "routing",
    "providers",
    "arena-file",
    "secrets",
    "pipeline",
    "queue",
    "telemetry",
    "data-models",
    "errors",
    "text",
  ],
  "compose.ts": ["*"],
  "cli.ts": ["*"],
  "index.ts": ["*"],
  "testing.ts": ["*"],
};

/** The only homes of each SDK. */
const homes: Readonly<Record<string, readonly string[]>> = {
  "@grpc/grpc-js": ["server/grpc", "client", "commands/doctor", "generated"],
  "grpc-health-check": ["server/grpc"],
  "@bufbuild/protobuf": ["server/grpc", "generated"],
  "@langchain/core": ["models", "providers"],
  "@langchain/openai": ["models", "providers"],
  "@langchain/anthropic": ["providers"],
  "@langchain/aws": ["providers"],
  "@langchain/google-genai": ["providers"],
  "@aws-sdk/client-bedrock": ["providers", "profile-checks"],
  "@aws-sdk/client-bedrock-runtime": ["providers"],
  "@aws-sdk/client-sagemaker-runtime": ["providers"],
  "@aws-sdk/client-sagemaker": ["profile-checks"],
  "@aws-sdk/client-service-quotas": ["profile-checks"],
  "@aws-sdk/client-sts": ["profile-checks"],
  "@aws-sdk/credential-providers": ["providers"],
  "@smithy/node-http-handler": ["providers"],
  "@aws-sdk/client-secrets-manager": ["secrets"],
  "@azure/identity": ["secrets"],
  "@azure/keyvault-secrets": ["secrets"],
  yaml: ["arena-file"],
  langchain: ["models"],
  pino: ["telemetry"],
  "prom-client": ["telemetry"],
  dotenv: ["config"],
  pg: ["queue"],
};

const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter(
  (file) => file.endsWith(".ts") && !file.endsWith(".spec.ts"),
);
const source = new Map(files.map((file) => [file, readFileSync(join("src", file), "utf8")]));
const importPattern = /(?:^|\n)(?:import|export)\b[^;]*?from "([^"]+)"|\bimport\("([^"]+)"\)/g;

function importsOf(file: string): string[] {
  const text = source.get(file) ?? "";
  return [...text.matchAll(importPattern)].map(([, fixed, dynamic]) => fixed ?? dynamic ?? "");
}

function localImportsOf(file: string): string[] {
  return importsOf(file)
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => join(dirname(file), specifier));
}

const roomOf = (file: string) => file.split("/")[0] ?? file;

describe("the architecture", () => {
  it("has a rule for every folder, and a folder for every rule", () => {
    assert.deepEqual([...new Set(files.map(roomOf))].toSorted(), Object.keys(mayImport).toSorted());
  });

  it("lets each folder import only what its rule allows", () => {
    const broken = files.flatMap((file) => {
      const allowed = mayImport[roomOf(file)] ?? [];
      if (allowed.includes("*")) return [];
      return localImportsOf(file)
        .filter((other) => roomOf(other) !== roomOf(file) && !allowed.includes(roomOf(other)))
        .map((other) => `${file} imports ${other}`);
    });
    assert.deepEqual(broken, []);
  });

  it("imports only files that are there", () => {
    const missing = files.flatMap((file) =>
      localImportsOf(file)
        .filter((other) => !source.has(other))
        .map((other) => `${file} imports ${other}`),
    );
    assert.deepEqual(missing, []);
  });

  it("keeps every SDK in its home", () => {
    const packageName = (specifier: string) =>
      specifier
        .split("/")
        .slice(0, specifier.startsWith("@") ? 2 : 1)
        .join("/");
    const strays = files.flatMap((file) =>
      importsOf(file)
        .filter((specifier) => !specifier.startsWith(".") && !specifier.startsWith("node:"))
        .filter((specifier) => packageName(specifier) !== "zod")
        .filter(
          (specifier) =>
            !homes[packageName(specifier)]?.some((home) => file.startsWith(`${home}/`)),
        )
        .map((specifier) => `${file} imports ${specifier}`),
    );
    assert.deepEqual(strays, []);
  });

  it("has no cycles", () => {
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]) => {
      if (path.includes(file)) {
        cycles.push([...path.slice(path.indexOf(file)), file].join(" → "));
      } else if (!done.has(file)) {
        for (const other of localImportsOf(file)) visit(other, [...path, file]);
        done.add(file);
      }
    };
    for (const file of files) visit(file, []);
    assert.deepEqual(cycles, []);
  });

  it("reads process.env in one place", () => {
    const readers = files.filter((file) => source.get(file)?.includes("process.env"));
    assert.deepEqual(readers, ["config/environment.ts"]);
  });

  it("has no barrel within src, and no default export", () => {
    for (const [file, text] of source) {
      assert.doesNotMatch(text, /^export \*|^export default/m, file);
    }
  });

  it("has files of at most 400 lines", () => {
    const long = [...source]
      .filter(([file]) => roomOf(file) !== "generated")
      .map(([file, text]) => ({ file, lines: text.split("\n").length }))
      .filter(({ lines }) => lines > 400);
    assert.deepEqual(long, []);
  });

  it("has no fragment: below 40 lines, without a spec, for one importer beside it", () => {
    const fragments = files.filter((file) => {
      if ((source.get(file)?.split("\n").length ?? 0) > 40) return false;
      if (existsSync(join("src", file.replace(/\.ts$/, ".spec.ts")))) return false;
      const importers = files.filter((other) => localImportsOf(other).includes(file));
      return importers.length === 1 && importers.every((one) => dirname(one) === dirname(file));
    });
    assert.deepEqual(fragments, []);
  });

  it("shows at most 16 entries beside specs in each folder below src", () => {
    const folders = new Map<string, Set<string>>();
    for (const file of files) {
      const path = file.split("/");
      for (let depth = 1; depth < path.length; depth++) {
        const folder = path.slice(0, depth).join("/");
        const entries = folders.get(folder) ?? new Set();
        folders.set(folder, entries.add(path[depth] ?? ""));
      }
    }
    const crowded = [...folders].filter(([, entries]) => entries.size > 16).map(([name]) => name);
    assert.deepEqual(crowded, []);
  });

  it("calls limits max and min", () => {
    const names = [...source].flatMap(([file, text]) =>
      [...text.matchAll(/\b(?:most|least|fewest|longest|shortest)[A-Z]\w*/g)].map(
        ([name]) => `${file}: ${name}`,
      ),
    );
    // A setting of arena.yaml keeps its name.
    assert.deepEqual(
      names.filter((name) => !name.endsWith("longestWaitMs")),
      [],
    );
  });

  it("stands on its own: nothing is read from outside of the repository", () => {
    for (const [file, text] of source) {
      for (const [, path] of text.matchAll(/new URL\("(\.\.[^"]*)", import\.meta\.url\)/g)) {
        const target = relative(".", join("src", dirname(file), path ?? ""));
        assert.doesNotMatch(target, /^\.\./, `${file} reads ${path}`);
      }
    }
  });
});
