import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** Which folders of src a folder may import from, beside itself. The root's files are named. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  "data-models": ["errors"],
  generated: [],
  config: ["errors"],
  queue: ["calm-collection.ts", "heap-bytes.ts", "data-models", "errors"],
  telemetry: ["queue", "data-models", "errors"],
  secrets: ["data-models", "errors"],
  profiles: ["data-models", "errors"],
  providers: ["secrets", "profiles", "data-models", "errors"],
  router: ["providers", "data-models", "errors"],
  access: ["config", "router", "providers", "profiles", "secrets", "data-models", "errors"],
  preflight: ["access", "providers", "profiles", "secrets", "data-models", "errors"],
  models: [
    "access",
    "config",
    "router",
    "providers",
    "profiles",
    "secrets",
    "data-models",
    "errors",
  ],
  pipeline: ["queue", "models", "data-models", "errors"],
  server: ["heap-bytes.ts", "queue", "telemetry", "generated", "data-models", "errors"],
  client: ["generated", "data-models", "errors"],
  testing: ["main.ts", "client", "config", "models", "data-models", "errors"],
  commands: [
    "main.ts",
    "lifecycle.ts",
    "calm-collection.ts",
    "access",
    "preflight",
    "client",
    "config",
    "models",
    "testing",
    "router",
    "providers",
    "profiles",
    "secrets",
    "pipeline",
    "queue",
    "telemetry",
    "data-models",
    "errors",
  ],
  "calm-collection.ts": [],
  "heap-bytes.ts": [],
  "lifecycle.ts": [],
  "node-version.ts": [],
  "main.ts": ["*"],
  "cli.ts": ["*"],
  "index.ts": ["*"],
  "testing.ts": ["*"],
};

/** The only homes of each SDK. */
const homes: Readonly<Record<string, readonly string[]>> = {
  "@grpc/grpc-js": ["server/grpc", "client", "generated"],
  "grpc-health-check": ["server/grpc"],
  "@bufbuild/protobuf": ["server/grpc", "generated"],
  "@langchain/core": ["models", "providers"],
  "@langchain/openai": ["models", "providers"],
  "@langchain/anthropic": ["providers"],
  "@langchain/aws": ["providers"],
  "@langchain/google-genai": ["providers"],
  "@aws-sdk/client-bedrock": ["providers", "preflight"],
  "@aws-sdk/client-bedrock-runtime": ["providers"],
  "@aws-sdk/client-sagemaker-runtime": ["providers"],
  "@aws-sdk/client-sagemaker": ["preflight"],
  "@aws-sdk/client-service-quotas": ["preflight"],
  "@aws-sdk/client-sts": ["preflight"],
  "@aws-sdk/credential-providers": ["providers"],
  "@smithy/node-http-handler": ["providers"],
  "@aws-sdk/client-secrets-manager": ["secrets"],
  "@azure/identity": ["secrets"],
  "@azure/keyvault-secrets": ["secrets"],
  yaml: ["profiles"],
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

  it("has small files: median below 80 lines, none above 300", () => {
    const sizes = files
      .filter((file) => roomOf(file) !== "generated")
      .map((file) => ({ file, lines: source.get(file)?.split("\n").length ?? 0 }))
      .toSorted((a, b) => a.lines - b.lines);
    const median = sizes[Math.floor(sizes.length / 2)]?.lines ?? 0;
    assert.ok(median < 80, `the median is ${median}`);
    assert.deepEqual(
      sizes.filter(({ lines }) => lines > 300),
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
