import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringTerminal } from "../../../test/fixtures/string-terminal.ts";
import { openRouter } from "../../access/open-router.ts";
import { openEnvironment } from "../../config/environment.ts";
import { silentLogger } from "../../data-models/request-context.ts";
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
`;

describe("arena profiles explain", () => {
  let folder: string;
  let file: string;
  let variables: Readonly<Record<string, string>>;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "arena-explain-"));
    file = join(folder, "arena.yaml");
  });
  beforeEach(async () => {
    variables = {};
    await writeFile(file, example);
  });
  after(() => rm(folder, { recursive: true }));

  async function explain(...argv: string[]) {
    const terminal = stringTerminal();
    const environment = openEnvironment(variables);
    const code = await runProfiles(["explain", ...argv], terminal, () => file, environment);
    const [stdout, stderr] = [terminal.stdout.text, terminal.stderr.text];
    assert.ok(!`${stdout}${stderr}`.includes(canary.slice(3, 14)), "a key was printed");
    return { code, stdout, stderr };
  }

  it("shows which profile wins, and why others are skipped", async () => {
    const { code, stdout } = await explain("--workspace", "lab", "--model", "gpt_4o");
    assert.equal(code, 0);
    assert.equal(
      stdout,
      `Decided by the list of workspace "lab".

         PROFILE  PROVIDER   MODEL   PRICE IN/OUT  WHY
wins     work     openai     gpt-4o  2.5/10        allowedModels has gpt-4o
skipped  home     ollama                           this is a model of openai, azure-openai; list it in allowedModels if it is here too
skipped  many     anthropic                        this is a model of openai, azure-openai; list it in allowedModels if it is here too
skipped  cloud    bedrock                          not in the list of workspace "lab"
`,
    );
  });

  it("shows them in the order in which a route by this model asks them", async () => {
    await writeFile(
      file,
      `
profiles:
  - {name: shut, provider: openai, accessKey: k, allowedModels: [a]}
  - {name: dear, provider: openai, accessKey: k, allowedModels: [gpt-4o]}
  - {name: claude, provider: anthropic, accessKey: k}
  - {name: again, provider: openai, accessKey: k2, allowedModels: [gpt-4o]}
  - {name: cheap, provider: groq, accessKey: k, allowedModels: [GPT_4o]}
prices: {groq/gpt-4o: {inputPerMillion: 0.01, outputPerMillion: 0.01}}
routes: [{name: r, model: gpt-4o}]
`,
    );
    const { stdout } = await explain("--model", "gpt-4o");
    const rows = stdout.trimEnd().split("\n").slice(4);
    assert.match(stdout, /^A route by this model asks them in this order: the cheapest first/m);
    assert.deepEqual(
      rows.map((row) => row.split(/ +/).slice(0, 2).join(" ")),
      ["wins cheap", "next dear", "next again", "skipped shut", "skipped claude"],
    );
    const environment = openEnvironment(variables);
    const router = openRouter({
      file: { path: file, setting: "CONFIG_FILE" },
      environment,
      logger: silentLogger,
    });
    const scope = { user: null, workspace: null };
    const { candidates } = await router.explain({ route: "r", scope });
    assert.deepEqual(
      rows.map((row) => row.split(/ +/)[1]),
      candidates.map(({ profile }) => profile),
    );
  });

  it("counts the models of AZURE_OPENAI_MODELS", async () => {
    variables = {
      AZURE_OPENAI_MODELS: "o9",
      AZURE_OPENAI_API_TYPE__o9: "azure",
      AZURE_OPENAI_API_VERSION__o9: "2024-10-21",
      AZURE_OPENAI_API_BASE__o9: "https://x.example",
      AZURE_OPENAI_API_KEY__o9: canary,
      AZURE_OPENAI_API_DEPLOYMENT_NAME__o9: "d",
    };
    await writeFile(file, "profiles: [{name: home, provider: ollama, allowedModels: [llama3]}]");
    const { code, stdout } = await explain("--model", "O9");
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^wins +AZURE_OPENAI_MODELS +azure-openai +o9 +\? +allowedModels has o9$/m,
    );
    variables = {};
    const without = await explain("--model", "O9");
    assert.match(without.stderr, /NOT_FOUND: No profile has the model "O9"\. Allowed: llama3\./);
  });

  it("says why nobody may be asked, and what would work", async () => {
    const { code, stdout, stderr } = await explain(
      ...["--user", "ada", "--workspace", "lab", "--model", "llama3"],
    );
    assert.equal(code, 1);
    assert.match(stdout, /^skipped {2}work .*allowedModels does not have it$/m);
    assert.match(stderr, /^arena profiles: PERMISSION_DENIED: .*"llama3".*Allowed: gpt-4o\.\n$/);
  });

  it("says that nobody has what only other vendors sell", async () => {
    await writeFile(file, "profiles: [{name: open, provider: openai, accessKey: k}]");
    const { code, stdout, stderr } = await explain("--model", "claude-3-5-sonnet");
    assert.equal(code, 1);
    assert.match(stdout, /^skipped +open .*this is a model of anthropic/m);
    assert.match(stderr, /NOT_FOUND: No profile has.*Allowed: all models of OpenAI\./);
  });

  it("writes JSON", async () => {
    const { code, stdout } = await explain(
      ...["--json", "--user", "ada", "--workspace", "lab", "--model", "llama3"],
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
    const { code, stderr } = await explain("--workspace", "lba", "--model", "x");
    assert.equal(code, 1);
    assert.match(stderr, /NOT_FOUND: There is no workspace "lba"\. Did you mean "lab"\?/);
  });
});
