import assert from "node:assert/strict";
import { type ArenaConfig, emptyArenaConfig } from "../arena-file/arena-config.ts";
import { parseArenaConfig } from "../arena-file/parse-arena-config.ts";
import type { Profile } from "../providers/catalogue.ts";
import { configParts } from "./config-parts.ts";
import { isOwnAccess, ModelRules } from "./route-accesses.ts";

const open = `
  - {name: all, provider: openai, accessKey: "{Env:KEY}"}`;
const listed = `
  - {name: cheap, provider: openai, accessKey: "{Env:KEY}", allowedModels: [gpt-4o-mini, text-*]}
  - {name: claude, provider: anthropic, accessKey: "{Env:OTHER}", allowedModels: [claude-3-5-sonnet]}
  - {name: own, provider: ollama, allowedModels: [llama3]}
`;
const workspaces = `
workspaces:
  - {name: lab, profiles: [claude, cheap, own]}
  - {name: course, profiles: [cheap]}
`;
const users = `
users:
  - {user: ada, workspace: lab, profiles: [own, all, cheap]}
`;
const rulesOf = (text: string) =>
  new ModelRules(parseArenaConfig(text, "arena.yaml", configParts).config);

/** Code and message of a refusal, or null. */
function refusal(rules: ModelRules, model: string, asker: { user?: string; workspace?: string }) {
  const { user = null, workspace = null } = asker;
  const error = rules.refusalOf(model, { user, workspace });
  return error && `${error.code}: ${error.message}`;
}

describe("the rules for models", () => {
  const userControlled = rulesOf(`profiles:${listed}${workspaces}`);
  const withCeiling = rulesOf(
    `account: admin-controlled\nceiling: true\nprofiles:${open}${listed}${workspaces}${users}`,
  );
  const ada = { user: "ada", workspace: "lab" };

  it("refuse nothing that a profile of the caller has", () => {
    assert.equal(refusal(userControlled, "llama3", {}), null);
    assert.equal(refusal(withCeiling, "gpt_4o_mini", ada), null);
  });

  it("answer NOT_FOUND for a model that no profile has", () => {
    assert.match(
      refusal(userControlled, "gemini", {}) ?? "",
      /^NOT_FOUND: .*Allowed: gpt-4o-mini, text-\*, claude-3-5-sonnet, llama3\./,
    );
  });

  it("answer PERMISSION_DENIED for a model of others, and name what would work", () => {
    assert.match(
      refusal(userControlled, "llama3", { workspace: "course" }) ?? "",
      /^PERMISSION_DENIED: .*by the list of workspace "course"\. Allowed: gpt-4o-mini, text-\*\./,
    );
    assert.match(
      refusal(withCeiling, "gpt-4o", ada) ?? "",
      /^PERMISSION_DENIED: .*by the list of user "ada".*Allowed: llama3, gpt-4o-mini, text-\*\./,
    );
  });

  it("ask for a workspace in an admin-controlled account", () => {
    assert.match(
      refusal(withCeiling, "gpt-4o", { user: "ada" }) ?? "",
      /^PERMISSION_DENIED: .*a workspace has to be named/,
    );
    assert.deepEqual(withCeiling.accessesOf({ user: null, workspace: null }), []);
  });

  it("name the nearest model", () => {
    const rules = rulesOf(`profiles:${open}${listed}workspaces: [{name: lab, profiles: [own]}]`);
    assert.match(
      refusal(rules, "lama3", { workspace: "lab" }) ?? "",
      /Allowed: llama3\. Did you mean llama3\?/,
    );
  });

  it("name the globs where a ceiling leaves no name of a list, but a part of its globs", () => {
    const rules = rulesOf(`
account: admin-controlled
ceiling: true
profiles:
  - {name: above, provider: openai, accessKey: k, allowedModels: ["gpt-4o*", o1]}
  - {name: below, provider: openai, accessKey: k, allowedModels: ["*-mini", "claude-*"]}
workspaces: [{name: lab, profiles: [above]}]
users: [{user: ada, workspace: lab, profiles: [below]}]
`);
    assert.equal(refusal(rules, "gpt-4o-mini", ada), null);
    assert.match(refusal(rules, "gpt-4o", ada) ?? "", /Allowed: \*-mini within gpt-4o\*\.$/);
  });

  it("know that SageMaker has the models of its endpoints and no other", () => {
    const rules = rulesOf(
      "profiles: [{name: sage, provider: sagemaker, accessInfo: {region: eu-north-1, endpoints: {llama: {name: e, format: tgi}}}}]",
    );
    assert.match(refusal(rules, "other", {}) ?? "", /No profile has.*Allowed: llama\./);
  });
});

describe("isOwnAccess", () => {
  const profile = (name: string, accessKey: string): Profile => ({
    name,
    provider: "openai",
    accessInfo: {},
    accessKey,
  });
  const [own, shared, twin] = [profile("own", "a"), profile("shared", "b"), profile("twin", "b")];
  const config: ArenaConfig = {
    ...emptyArenaConfig,
    account: "admin-controlled",
    profiles: [own, shared, twin],
    workspaces: [{ name: "lab", profiles: ["shared"] }],
    users: [{ user: "ada", workspace: "lab", profiles: ["own", "twin"] }],
  };
  const ada = { user: "ada", workspace: "lab" };

  it("is true for what stands in the user's lists and in nobody else's", () => {
    assert.equal(isOwnAccess(own, ada, config), true);
  });

  it("is false for what a workspace has, also by another name", () => {
    assert.equal(isOwnAccess(shared, ada, config), false);
    assert.equal(isOwnAccess(twin, ada, config), false);
  });

  it("is false for another user, for nobody, and where another user has it too", () => {
    assert.equal(isOwnAccess(own, { ...ada, user: "grace" }, config), false);
    assert.equal(isOwnAccess(own, { user: null, workspace: null }, config), false);
    const both = [...config.users, { user: "grace", workspace: "lab", profiles: ["own"] }];
    assert.equal(isOwnAccess(own, ada, { ...config, users: both }), false);
  });

  it("is false where everybody may use all profiles", () => {
    assert.equal(isOwnAccess(own, ada, { ...config, account: "user-controlled" }), false);
  });
});
