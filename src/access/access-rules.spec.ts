import assert from "node:assert/strict";
import { parseArenaConfig } from "../arena-file/parse-arena-config.ts";
import { UnknownWorkspaceError } from "../errors/route-errors.ts";
import { type AccessQuestion, AccessRules } from "./access-rules.ts";
import { configParts } from "./config-parts.ts";

const profiles = `
profiles:
  - {name: all, provider: openai, accessKey: "{Env:KEY}"}
  - {name: cheap, provider: openai, accessKey: "{Env:KEY}", allowedModels: [gpt-4o-mini, text-*]}
  - {name: claude, provider: anthropic, accessKey: "{Env:OTHER}", allowedModels: [claude-3-5-sonnet]}
  - {name: own, provider: ollama, allowedModels: [llama3]}
`;
const workspaces = `
workspaces:
  - {name: lab, profiles: [claude, cheap]}
  - {name: course, profiles: [cheap]}
`;
const users = `
users:
  - {user: ada, workspace: lab, profiles: [own, all, cheap]}
`;
const rulesOf = (text: string) =>
  new AccessRules(parseArenaConfig(text, "arena.yaml", configParts).config);

const userControlled = rulesOf(profiles + workspaces);
const adminControlled = rulesOf(`account: admin-controlled\n${profiles}${workspaces}${users}`);
const withCeiling = rulesOf(
  `account: admin-controlled\nceiling: true\n${profiles}${workspaces.replace("[claude, cheap]", "[claude, cheap, own]")}${users}`,
);

const granted = (rules: AccessRules, question: AccessQuestion) =>
  rules.explain(question).grants.map(({ profile, model }) => `${profile.name}:${model}`);

describe("AccessRules", () => {
  it("lets everybody use all profiles of a user-controlled account, in the file's order", () => {
    assert.deepEqual(granted(userControlled, { model: "gpt-4o-mini" }), [
      "all:gpt-4o-mini",
      "cheap:gpt-4o-mini",
    ]);
    assert.deepEqual(granted(userControlled, { user: "bob", model: "llama3" }), [
      "all:llama3",
      "own:llama3",
    ]);
  });

  it("lets a workspace's users use its list, in its order", () => {
    for (const rules of [userControlled, adminControlled, withCeiling]) {
      const question = { user: "bob", workspace: "lab", model: "claude-3-5-sonnet" };
      assert.deepEqual(granted(rules, question), ["claude:claude-3-5-sonnet"]);
    }
  });

  it("lets a user's list supersede the workspace's as a whole, even if it is wider", () => {
    const ada = { user: "ada", workspace: "lab" };
    assert.deepEqual(granted(adminControlled, { ...ada, model: "gpt-4o" }), ["all:gpt-4o"]);
    assert.deepEqual(granted(adminControlled, { ...ada, model: "gpt-4o-mini" }), [
      "all:gpt-4o-mini",
      "cheap:gpt-4o-mini",
    ]);
    const { refusals } = adminControlled.explain({ ...ada, model: "claude-3-5-sonnet" });
    assert.ok(refusals.some(({ profile }) => profile.name === "claude"));
  });

  it("holds a user's list in its own workspace only", () => {
    const question = { user: "ada", workspace: "course", model: "gpt-4o" };
    assert.deepEqual(granted(adminControlled, question), []);
  });

  it("keeps a user's list below the workspace, profile by profile and model by model", () => {
    const ada = { user: "ada", workspace: "lab" };
    // By the same access, as far as the workspace's profile of it allows.
    assert.deepEqual(granted(withCeiling, { ...ada, model: "gpt_4o_mini" }), [
      "all:gpt-4o-mini",
      "cheap:gpt-4o-mini",
    ]);
    assert.deepEqual(granted(withCeiling, { ...ada, model: "llama3" }), ["own:llama3"]);
    const reasons = withCeiling
      .explain({ ...ada, model: "gpt-4o" })
      .refusals.map(({ profile, reason }) => `${profile.name}: ${reason}`);
    assert.deepEqual(reasons, [
      "own: allowedModels does not have it",
      "all: the workspace is the ceiling, and its cheap does not allow it",
      "cheap: allowedModels does not have it",
      'claude: not in the list of user "ada"',
    ]);
  });

  it("names the nearest workspace when there is none of the name", () => {
    for (const rules of [userControlled, adminControlled]) {
      assert.throws(
        () => rules.explain({ workspace: "lba", model: "llama3" }),
        (error) => {
          assert.ok(error instanceof UnknownWorkspaceError);
          assert.match(error.message, /no workspace "lba"\. Did you mean "lab"\?/);
          return true;
        },
      );
    }
  });

  it("asks for a model by the provider's spelling, whatever the caller's", () => {
    const rules = rulesOf(`
profiles:
  - {name: listed, provider: anthropic, accessKey: k, allowedModels: [claude-3-5-sonnet]}
  - {name: azure, provider: azure, accessKey: k, accessInfo: {endpoint: "https://x", deployments: {Claude_3.5-Sonnet: d}}}
  - {name: sage, provider: sagemaker, accessInfo: {region: eu-north-1, endpoints: {claude_3_5_sonnet: {name: e, format: tgi}}}}
`);
    assert.deepEqual(granted(rules, { model: "CLAUDE-3.5_sonnet" }), [
      "listed:claude-3-5-sonnet",
      "azure:Claude_3.5-Sonnet",
      "sage:claude_3_5_sonnet",
    ]);
  });
});
