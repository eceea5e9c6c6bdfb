import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const requirements = fileURLToPath(new URL("requirements.txt", import.meta.url));
const cache = join(".cache", "emulators");

/** A tool that is not there, or an installation that failed. */
export class MissingToolError extends Error {}

/** Who calls AWS. */
export interface AwsIdentity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Moto's server: AWS' services on a free port of this machine, empty at the start. */
export class Moto implements AsyncDisposable {
  readonly origin: string;
  readonly #process: ChildProcess;

  private constructor(origin: string, child: ChildProcess) {
    this.origin = origin;
    this.#process = child;
  }

  /** Installs it at its first start. */
  static async start(): Promise<Moto> {
    const child = spawn(join(installMoto(), "bin", "moto_server"), ["-H", "127.0.0.1", "-p", "0"], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, PYTHONUNBUFFERED: "1" },
    });
    let told = "";
    for await (const line of createInterface({ input: child.stderr })) {
      told += `${line}\n`;
      const origin = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (!origin) continue;
      // What is not read would fill the pipe and hold it up.
      child.stderr.resume();
      return new Moto(origin, child);
    }
    throw new Error(`moto's server did not start:\n${told}`);
  }

  /** Makes a user of IAM with one policy. */
  async createUser(name: string, policy: object): Promise<AwsIdentity> {
    await this.#iam({ Action: "CreateUser", UserName: name });
    const policyFields = { PolicyName: "tests", PolicyDocument: JSON.stringify(policy) };
    await this.#iam({ Action: "PutUserPolicy", UserName: name, ...policyFields });
    const answer = await this.#iam({ Action: "CreateAccessKey", UserName: name });
    const read = (field: string) => new RegExp(`<${field}>([^<]+)`).exec(answer)?.[1] ?? "";
    return { accessKeyId: read("AccessKeyId"), secretAccessKey: read("SecretAccessKey") };
  }

  /** From now on signatures and policies are checked, or not. */
  async checkIdentities(isOn: boolean): Promise<void> {
    const body = isOn ? "0" : "1000000";
    await fetch(`${this.origin}/moto-api/reset-auth`, { method: "POST", body });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill("SIGKILL");
    await once(this.#process, "exit");
  }

  async #iam(fields: Readonly<Record<string, string>>): Promise<string> {
    const body = new URLSearchParams({ Version: "2010-05-08", ...fields });
    // It tells services apart by the signature's scope.
    const scope = "Credential=any/20260101/us-east-1/iam/aws4_request";
    const authorization = `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=any`;
    const response = await fetch(this.origin, { method: "POST", body, headers: { authorization } });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return text;
  }
}

function installMoto(): string {
  const key = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  const folder = join(cache, `moto-${key}`);
  const marker = join(folder, "complete");
  if (existsSync(marker)) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  run("python3", ["-m", "venv", folder]);
  const pip = ["-m", "pip", "install", "--quiet", "--requirement", requirements];
  run(join(folder, "bin", "python"), pip);
  writeFileSync(marker, "");
  return folder;
}

function run(command: string, args: readonly string[]): void {
  const line = [command, ...args].join(" ");
  process.stderr.write(`> ${line}\n`);
  const { status, error } = spawnSync(command, args, { stdio: ["ignore", 2, 2] });
  if (status !== 0) throw new MissingToolError(`${line} failed: ${error?.message ?? status}`);
}
