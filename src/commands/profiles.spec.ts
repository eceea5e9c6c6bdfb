import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringTerminal } from "../../test/fixtures/string-terminal.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
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
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "arena-profiles-"));
    file = join(folder, "arena.yaml");
  });
  beforeEach(() => writeFile(file, example));
  after(() => rm(folder, { recursive: true }));

  async function call(...argv: string[]) {
    const terminal = stringTerminal();
    const code = await runProfiles(argv, terminal, () => file);
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

  it("explains which profile wins, which is next, and why others are skipped", async () => {
    const { code, stdout } = await call("explain", "--workspace", "lab", "--model", "gpt_4o");
    assert.equal(code, 0);
    assert.equal(
      stdout,
      `Decided by the list of workspace "lab".

         PROFILE  PROVIDER   MODEL   WHY
wins     work     openai     gpt-4o  allowedModels has gpt-4o
next     home     ollama     gpt_4o  allows all models
next     many     anthropic  gpt_4o  allows all models
skipped  cloud    bedrock            not in the list of workspace "lab"
`,
    );
  });

  it("explains why nobody may be asked, and what would work", async () => {
    const { code, stdout, stderr } = await call(
      ...["explain", "--user", "ada", "--workspace", "lab", "--model", "llama3"],
    );
    assert.equal(code, 1);
    assert.match(stdout, /^skipped {2}work .*allowedModels does not have it$/m);
    assert.match(stderr, /^arena profiles: PERMISSION_DENIED: .*"llama3".*Allowed: gpt-4o\.\n$/);
  });

  it("explains as JSON", async () => {
    const { code, stdout } = await call(
      ...["explain", "--json", "--user", "ada", "--workspace", "lab", "--model", "llama3"],
    );
    const { profiles, error, ...rest } = JSON.parse(stdout);
    assert.equal(code, 1);
    assert.equal(error.code, "PERMISSION_DENIED");
    assert.equal(profiles.length, 4);
    assert.deepEqual(rest, {
      user: "ada",
      workspace: "lab",
      model: "llama3",
      decidedBy:
        'the list of user "ada", which supersedes the list of workspace "lab" and stays below it',
    });
  });

  it("names the nearest workspace", async () => {
    const { code, stderr } = await call("explain", "--workspace", "lba", "--model", "x");
    assert.equal(code, 1);
    assert.match(stderr, /NOT_FOUND: There is no workspace "lba"\. Did you mean "lab"\?/);
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
    assert.equal(await runProfiles([], terminal, () => undefined), 1);
    assert.match(terminal.stderr.text, /no arena\.yaml here; set CONFIG_FILE/);
  });

  it("shows its help", async () => {
    assert.match((await call("--help")).stdout, /^arena profiles: says which models/);
  });
});
