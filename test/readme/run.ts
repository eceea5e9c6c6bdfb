// Does in an empty folder what the README says, and nothing else. Its last line
// is "N passed, M failed".
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { OpenAIStandIn } from "../fixtures/openai-stand-in.ts";
import { type Block, readBlocks } from "./blocks.ts";

const limitMs = 240_000;

// As a new user: with the machine's Node, not with the one that npm put before it on the PATH.
const path = (process.env["PATH"] ?? "").split(delimiter);
process.env["PATH"] = path.filter((folder) => !folder.includes("node_modules")).join(delimiter);

const folder = mkdtempSync(join(tmpdir(), "arena-readme-"));
const clone = join(folder, "arena-model-server");
const openAI = await OpenAIStandIn.start();
let server: { readonly process: ChildProcess; readonly port: number } | null = null;
let passed = 0;
let failed = 0;

try {
  await check("git clone", async () => run("git", ["clone", "--quiet", ".", clone], "."));
  for (const block of readBlocks(readFileSync("README.md", "utf8"))) {
    const [title = ""] = block.code.split("\n");
    await check(block.kind === "file" ? block.file : title, () => runBlock(block));
  }
} finally {
  await stopServer();
  await openAI.close();
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

async function check(title: string, work: () => unknown): Promise<void> {
  try {
    await work();
    passed++;
    console.log(`ok README: ${title}`);
  } catch (error) {
    failed++;
    console.log(`not ok README: ${title}\n${error instanceof Error ? error.message : error}`);
  }
}

async function runBlock(block: Block): Promise<void> {
  switch (block.kind) {
    case "server":
      await stopServer();
      server = await startServer(block.code);
      return;
    case "file":
      writeFileSync(join(clone, block.file), block.code);
      if (block.file.endsWith(".spec.ts")) runSpec(block.file);
      return;
    case "client":
      return runClient(block);
  }
}

async function startServer(code: string): Promise<NonNullable<typeof server>> {
  const child = spawn("sh", ["-c", code], {
    cwd: clone,
    env: { ...process.env, GRPC_PORT: "0", HTTP_PORT: "0", OPENAI_BASE_URL: `${openAI.origin}/v1` },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const timer = setTimeout(() => signalGroup(child, "SIGKILL"), limitMs);
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.includes('"msg":"serving"')) continue;
    clearTimeout(timer);
    child.stdout.resume();
    return { process: child, port: JSON.parse(line).grpcPort };
  }
  throw new Error(`it ended before it served:\n${errors}`);
}

async function stopServer(): Promise<void> {
  if (!server) return;
  const exited = once(server.process, "exit");
  signalGroup(server.process, "SIGTERM");
  server = null;
  await exited;
}

/** The shell, npm and node are one group; a terminal's Ctrl-C goes to all of it as well. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid !== undefined) process.kill(-pid, signal);
}

async function runClient(block: Extract<Block, { kind: "client" }>): Promise<void> {
  if (block.program && spawnSync("which", [block.program]).status !== 0) {
    throw new Error(`${block.program} is not on this machine`);
  }
  if (block.server) {
    await stopServer();
    server = await startServer(block.server);
  }
  const code = block.code.replaceAll("localhost:8061", `localhost:${server?.port}`);
  const output = run("sh", ["-ec", code], clone, block.input && `${block.input}\n`);
  if (block.prints && !output.includes(block.prints)) {
    throw new Error(`expected it to print ${JSON.stringify(block.prints)}, got:\n${output}`);
  }
}

function runSpec(file: string): void {
  run("npx", ["mocha", "--no-config", file], clone);
}

function run(command: string, args: string[], cwd: string, input?: string): string {
  const result = spawnSync(command, args, {
    cwd,
    input: input ?? "",
    encoding: "utf8",
    timeout: limitMs,
  });
  if (result.status === 0) return result.stdout;
  throw new Error(`exit ${result.status ?? result.signal}:\n${result.stdout}${result.stderr}`);
}
