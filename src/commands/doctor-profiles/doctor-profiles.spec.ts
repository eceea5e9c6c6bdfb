import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type HttpReply, HttpStandIn } from "../../../test/fixtures/http-stand-in.ts";
import { stringTerminal } from "../../../test/fixtures/string-terminal.ts";
import { openEnvironment } from "../../config/environment.ts";
import { ConfigurationError } from "../../errors/arena-error.ts";
import { runPreflight } from "./doctor-profiles.ts";

/** One in every place where a key can be. */
const keys = {
  text: "sk-canary-text-5Tz8Qw2Rk9",
  env: "sk-canary-env-1Bv6Np4dLq",
  azure: "canaryazure-9Lm3cZx8Tr5",
  aws: "canaryaws/3Qd7Kf1Wj6Hs/aws",
};

describe("arena doctor profiles", () => {
  let folder: string;
  let file: string;
  let vendor: HttpStandIn;
  let list: HttpReply;
  const variables: Record<string, string> = {};
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "arena-preflight-"));
    file = join(folder, "arena.yaml");
    vendor = await HttpStandIn.start(({ headers }) => {
      const told = JSON.stringify(headers);
      // It repeats what it was sent, as vendors do.
      return told.includes(keys.env)
        ? { status: 401, body: { error: { message: `no such key: ${told}` } } }
        : list;
    });
  });
  after(async () => {
    await vendor[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    list = { body: { data: [{ id: "gpt-4o" }] } };
    for (const name of Object.keys(variables)) delete variables[name];
    variables["CONFIG_FILE"] = file;
    const baseUrl = `${vendor.origin}/v1`;
    await writeFile(
      file,
      `
profiles:
  - {name: good, provider: openai, accessInfo: {baseUrl: "${baseUrl}"}, accessKey: ${keys.text}, allowedModels: [gpt-4o]}
  - {name: refused, provider: groq, accessInfo: {baseUrl: "${baseUrl}"}, accessKey: "{Env:GROQ}"}
  - {name: away, provider: anthropic, accessKey: "{Env:NOBODY}"}
  - {name: cloud, provider: sagemaker, accessInfo: {region: eu-north-1, endpointUrl: "${vendor.origin}", endpoints: {m: {name: e, format: tgi}}}, accessKey: ${keys.aws}}
`,
    );
    variables["GROQ"] = keys.env;
  });

  async function call(...argv: string[]) {
    const terminal = stringTerminal();
    terminal.stderr.isTTY = true;
    const code = await runPreflight(argv, terminal, openEnvironment(variables));
    const [stdout, stderr] = [terminal.stdout.text, terminal.stderr.text];
    for (const key of Object.values(keys)) {
      for (const part of [key.slice(0, 9), key.slice(-6)]) {
        assert.ok(!`${stdout}${stderr}`.includes(part), `${part} is told: ${stdout}${stderr}`);
      }
    }
    return { code, stdout, stderr };
  }

  it("prints a table with remedies and without keys, and ends with 1 for a problem", async () => {
    const { code, stdout, stderr } = await call();
    assert.equal(code, 1);
    assert.match(
      stdout,
      /^PROFILE +CHECK +VERDICT +FINDING\ngood +reference +ok +text in the file\n/,
    );
    assert.match(stdout, /^good +model gpt-4o +ok +is in the list$/m);
    assert.match(stdout, /^refused +key +PROBLEM +it does not take the key\n +→ Check accessKey/m);
    assert.match(stdout, /^away +reference +PROBLEM +\{Env:NOBODY\}: /m);
    assert.match(stdout, /^away +models +not asked +not without a key$/m);
    assert.match(stdout, /^cloud +identity +PROBLEM +its key is no ACCESS_KEY_ID/m);
    assert.match(
      stdout,
      /\n\nSomething would fail: \d+ ok, 0 warnings, \d+ problems, 2 not asked\.\n$/,
    );
    assert.match(stderr, /0\/4 profiles examined …/);
  });

  it("ends with 0 when nothing is a problem", async () => {
    const { code, stdout } = await call("--profile", "good");
    assert.equal(code, 0);
    assert.doesNotMatch(stdout, /refused|away|cloud/);
    assert.match(stdout, /Nothing is a problem: 3 ok, 0 warnings, 0 problems, 0 not asked\.\n$/);
  });

  it("writes JSON for scripts", async () => {
    const { code, stdout } = await call("--json", "--profile", "good", "--profile", "refused");
    const { profiles, counts } = JSON.parse(stdout);
    assert.equal(code, 1);
    assert.deepEqual(
      profiles.map(({ profile, provider }: Record<string, string>) => [profile, provider]),
      [
        ["good", "openai"],
        ["refused", "groq"],
      ],
    );
    assert.deepEqual(profiles[0].findings.at(-1), {
      check: "model gpt-4o",
      verdict: "ok",
      detail: "is in the list",
      remedy: null,
    });
    assert.deepEqual(counts, { ok: 4, warning: 0, problem: 1, "not asked": 0 });
  });

  it("examines Azure's variables and the profiles that they make", async () => {
    const azure = {
      AZURE_OPENAI_MODELS: "gpt-4o",
      "AZURE_OPENAI_API_TYPE__gpt-4o": "azure",
      "AZURE_OPENAI_API_VERSION__gpt-4o": "2024-10-21",
      "AZURE_OPENAI_API_BASE__gpt-4o": vendor.origin,
      "AZURE_OPENAI_API_KEY__gpt-4o": keys.azure,
    };
    Object.assign(variables, azure);
    const incomplete = await call("--profile", "AZURE_OPENAI_MODELS");
    assert.equal(incomplete.code, 1);
    assert.match(
      incomplete.stdout,
      /^AZURE_OPENAI_MODELS +variable AZURE_OPENAI_API_DEPLOYMENT_NAME__gpt-4o +PROBLEM +is not set/m,
    );
    variables["AZURE_OPENAI_API_DEPLOYMENT_NAME__gpt-4o"] = "gpt-4o-eu";
    const whole = await call("--profile", "AZURE_OPENAI_MODELS");
    assert.match(whole.stdout, /^AZURE_OPENAI_MODELS +variables of gpt-4o +ok/m);
    assert.match(whole.stdout, /^AZURE_OPENAI_MODELS +key +ok +taken/m);
  });

  it("leaves a wrong file to the command line", async () => {
    await writeFile(file, `profiles: [{name: a, provider: openai, acessKey: ${keys.text}}]`);
    const error = await call().catch((thrown: unknown) => thrown);
    assert.ok(error instanceof ConfigurationError);
    assert.ok(!error.message.includes("canary"));
  });

  it("says what a file without profiles has", async () => {
    await writeFile(file, "account: user-controlled");
    const { code, stdout } = await call();
    assert.deepEqual([code, stdout], [0, "There is no profile.\n"]);
  });

  it("refuses a wrong command line", async () => {
    for (const [argv, expected] of [
      [["--profile", "goood"], /there is no "goood"; expected one of good, refused, away, cloud/],
      [["--timeout", "0"], /--timeout expects seconds/],
      [["extra"], /extra/],
    ] as const) {
      const { code, stderr } = await call(...argv);
      assert.equal(code, 2);
      assert.match(stderr, expected);
    }
  });

  it("shows its help", async () => {
    const { code, stdout } = await call("--help");
    assert.equal(code, 0);
    assert.match(stdout, /^arena doctor profiles: finds out whether/);
  });
});
