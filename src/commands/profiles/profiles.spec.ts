import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringTerminal } from "../../../test/fixtures/string-terminal.ts";
import { openEnvironment } from "../../config/environment.ts";
import { ConfigurationError } from "../../errors/arena-error.ts";
import { runProfiles } from "./profiles.ts";

const canary = "sk-canary-5Tz8Qw2Rk9Xv3Mp6";
const example = `
account: admin-controlled
ceiling: true
profiles:
  - {name: work, provider: openai, accessKey: ${canary}, allowedModels: [gpt-4o]}
  - {name: cloud, provider: bedrock, accessInfo: {region: eu-north-1}}
  - {name: many, provider: anthropic, accessInfo: {keysFrom: "{AWS:vendors}"}}
  - {name: home, provider: ollama, accessInfo: {apiKey: "{Env:HOME_KEY}"}}
workspaces: [{name: lab, profiles: [work, home, many]}]
users: [{user: ada, workspace: lab, profiles: [work]}]
routes: [{name: poems, model: gpt-4o}]
`;

describe("arena profiles", () => {
  let folder: string;
  let file: string;
  let variables: Readonly<Record<string, string>>;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "arena-profiles-"));
    file = join(folder, "arena.yaml");
  });
  beforeEach(async () => {
    variables = {};
    await writeFile(file, example);
  });
  after(() => rm(folder, { recursive: true }));

  const azure = {
    AZURE_OPENAI_MODELS: "o9",
    AZURE_OPENAI_API_TYPE__o9: "azure",
    AZURE_OPENAI_API_VERSION__o9: "2024-10-21",
    AZURE_OPENAI_API_BASE__o9: "https://x.example",
    AZURE_OPENAI_API_KEY__o9: canary,
    AZURE_OPENAI_API_DEPLOYMENT_NAME__o9: "d",
  };
  async function call(...argv: string[]) {
    const terminal = stringTerminal();
    const code = await runProfiles(argv, terminal, () => file, openEnvironment(variables));
    const [stdout, stderr] = [terminal.stdout.text, terminal.stderr.text];
    assert.ok(!`${stdout}${stderr}`.includes(canary.slice(3, 14)), "a key was printed");
    return { code, stdout, stderr };
  }

  async function problemsOf(...argv: string[]) {
    const error = await call(...argv).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof ConfigurationError);
    assert.ok(!error.message.includes(canary.slice(3, 14)));
    return error.problems;
  }

  it("lists all profiles with where their keys are, never the keys", async () => {
    const { code, stdout } = await call();
    assert.equal(code, 0);
    assert.equal(
      stdout,
      `PROFILE  PROVIDER   KEY                 MODELS  FOR
work     openai     text in the file    gpt-4o  workspace lab, user ada in lab
cloud    bedrock    identity of AWS     all     nobody
many     anthropic  from {AWS:vendors}  all     workspace lab
home     ollama     {Env:HOME_KEY}      all     workspace lab
`,
    );
  });

  it("lists them as JSON lines", async () => {
    const { stdout } = await call("list", "--json");
    const [first] = stdout.split("\n");
    assert.deepEqual(JSON.parse(first ?? ""), {
      name: "work",
      provider: "openai",
      key: "text in the file",
      allowedModels: ["gpt-4o"],
      for: ["workspace lab", "user ada in lab"],
    });
  });

  it("says what a right file says, and what may be meant otherwise", async () => {
    const { code, stdout } = await call("validate");
    assert.equal(code, 0);
    assert.match(
      stdout,
      /arena\.yaml is right\.\n {2}account {5}admin-controlled\n {2}ceiling {5}true/,
    );
    assert.match(stdout, /profiles {4}4: work, cloud, many, home\n/);
    assert.match(stdout, /users {7}1: ada in lab\n {2}routes {6}1: poems\n {2}prices {6}none/);
    assert.match(stdout, /! cloud is in nobody's list, so nobody can use it/);
    assert.match(stdout, /! the key of work stands in the file/);
  });

  it("leaves everything that is wrong to the command line", async () => {
    await writeFile(file, example.replace("provider: openai", "provider: opena, acessKey: x"));
    const problems = await problemsOf("validate");
    assert.deepEqual(
      problems.map(({ name }) => name),
      ["profiles[0].acessKey", "profiles[0].provider"],
    );
  });

  it("writes what is wrong as JSON, with the exit code of wrong configuration", async () => {
    await writeFile(file, "profiles: [{name: a}]");
    const { code, stdout } = await call("validate", "--json");
    assert.equal(code, 78);
    assert.equal(JSON.parse(stdout).problems[0].name, "profiles[0].provider");
    await writeFile(file, "profiles: [{name: a, provider: ollama}]");
    const right = await call("validate", "--json");
    assert.equal(right.code, 0);
    assert.deepEqual(JSON.parse(right.stdout).problems, []);
  });

  it("lists what AZURE_OPENAI_MODELS makes beside the file's, which lists may name", async () => {
    variables = azure;
    await writeFile(file, example.replace("[work, home, many]", "[work, AZURE_OPENAI_MODELS]"));
    const { stdout } = await call();
    assert.match(
      stdout,
      /^AZURE_OPENAI_MODELS +azure-openai +\{Env:AZURE_OPENAI_API_KEY__o9\} +o9 +workspace lab$/m,
    );
    assert.match((await call("validate")).stdout, /profiles {4}5: .*, AZURE_OPENAI_MODELS\n/);
    assert.doesNotMatch((await call("validate")).stdout, /key of AZURE/);
  });

  it("tells what is wrong with Azure's variables together with the file's mistakes", async () => {
    variables = { ...azure, AZURE_OPENAI_API_TYPE__o9: "open" };
    await writeFile(file, example.replace("provider: ollama", "provider: olama"));
    const names = (await problemsOf("validate")).map(({ name }) => name);
    assert.deepEqual(names, ["AZURE_OPENAI_API_TYPE__o9", "profiles[3].provider"]);
  });

  it("lists the endpoints of SageMaker as the only models, which they are", async () => {
    const endpoints = "{llama: {name: e, format: tgi}, phi_4: {name: f, format: openai}}";
    const info = `{region: eu-north-1, endpoints: ${endpoints}}`;
    await writeFile(file, `profiles: [{name: sage, provider: sagemaker, accessInfo: ${info}}]`);
    assert.match((await call()).stdout, /^sage .* llama, phi_4 +everybody$/m);
    assert.deepEqual(JSON.parse((await call("list", "--json")).stdout).allowedModels, [
      "llama",
      "phi_4",
    ]);
  });

  it("finds a route wrong whose model no profile has", async () => {
    await writeFile(
      file,
      example
        .replace("model: gpt-4o}", "model: o9}")
        .replace(/.*(many|home|cloud), provider.*/g, "")
        .replace(", home, many", ""),
    );
    const [problem, ...others] = await problemsOf("validate");
    assert.match(
      `${problem?.name}: ${problem?.message}`,
      /^routes\[0\]\.model: .*"o9"\. Allowed: gpt-4o/,
    );
    assert.deepEqual(others, []);
    variables = azure;
    assert.equal((await call("validate")).code, 0);
  });

  it("refuses a wrong command line", async () => {
    for (const [argv, expected] of [
      [["delete"], /"delete" is not known; expected one of list, validate, explain/],
      [["explain"], /needs --model/],
      [["list", "--model", "x"], /takes no --model/],
      [["list", "more"], /takes no "more"/],
      [["explain", "--model", "x", "--user", ""], /is empty/],
      [["--colour"], /--colour/],
    ] as const) {
      const { code, stderr } = await call(...argv);
      assert.equal(code, 2);
      assert.match(stderr, expected);
    }
  });

  it("prefers --config, and says which setting names a file that is not there", async () => {
    const other = join(folder, "other.yaml");
    await writeFile(other, "profiles: [{name: other, provider: vllm}]");
    assert.match(
      (await call("list", "--config", other)).stdout,
      /^other +vllm +none +all +everybody$/m,
    );
    const [missing] = await problemsOf("list", "--config", join(folder, "no.yaml"));
    assert.equal(missing?.name, "--config");
    assert.match(missing?.message ?? "", /no file at .*no\.yaml; give the path/);
    await rm(file);
    assert.equal((await problemsOf())[0]?.name, "CONFIG_FILE");
    assert.match((await problemsOf("--config", folder))[0]?.message ?? "", /is a folder/);
  });

  it("refuses a file that is not UTF-8", async () => {
    await writeFile(file, Buffer.from([0x6e, 0xff, 0xfe]));
    assert.match((await problemsOf())[0]?.message ?? "", /not UTF-8/);
  });

  it("says that there is no file when none is named and none is there", async () => {
    const terminal = stringTerminal();
    assert.equal(await runProfiles([], terminal, () => undefined, openEnvironment({})), 1);
    assert.match(terminal.stderr.text, /no arena\.yaml here; set CONFIG_FILE/);
  });

  it("shows its help", async () => {
    assert.match((await call("--help")).stdout, /^arena profiles: says which models/);
  });
});
