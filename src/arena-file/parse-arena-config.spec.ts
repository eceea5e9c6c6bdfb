import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { configParts } from "../access/config-parts.ts";
import { providerNames } from "../providers/catalogue.ts";
import { parseArenaConfig } from "./parse-arena-config.ts";

const parse = (text: string) => parseArenaConfig(text, "arena.yaml", configParts);
const firstProfile = (text: string) => parse(text).config.profiles[0];

describe("parseArenaConfig", () => {
  it("reads the example", () => {
    const { config, extra } = parse(readFileSync("examples/arena.yaml", "utf8"));
    assert.equal(config.profiles.length, 10);
    assert.equal(config.account, "admin-controlled");
    assert.equal(extra.routes?.length, 2);
    assert.deepEqual(Object.keys(extra.prices ?? {}), ["kubeai/gemma2-2b"]);
  });

  it("reads an empty file, and a comment, as nothing configured", () => {
    for (const text of ["", "# nothing yet\n", "{}"]) {
      assert.deepEqual(parse(text).config, {
        account: "user-controlled",
        ceiling: false,
        profiles: [],
        workspaces: [],
        users: [],
      });
    }
  });

  it("reads JSON, indented by tabs as well", () => {
    const file = { profiles: [{ name: "a", provider: "ollama", allowedModels: ["x"] }] };
    const config = parse(JSON.stringify(file, null, "\t")).config;
    assert.deepEqual(config.profiles[0]?.allowedModels, ["x"]);
  });

  it("reads the longest answer of a profile, and of a route, in either spelling", () => {
    for (const key of ["maxTokens", "max_tokens"]) {
      const { config, extra } = parse(
        `profiles: [{name: a, provider: ollama, ${key}: 500}]\nroutes: [{name: r, model: m, ${key}: 200}]`,
      );
      assert.deepEqual([config.profiles[0]?.maxTokens, extra.routes?.[0]?.maxTokens], [500, 200]);
    }
    assert.throws(() => parse("profiles: [{name: a, provider: ollama, maxTokens: many}]"), {
      message: /profiles\[0\]\.maxTokens: expected a whole number of tokens/,
    });
    assert.throws(() => parse("profiles: [{name: a, provider: ollama, maxTokens: 0}]"), {
      message: /profiles\[0\]\.maxTokens: expected 1 or more tokens/,
    });
  });

  const normal = {
    name: "work",
    provider: "bedrock",
    accessInfo: { region: "eu-north-1" },
    accessKey: "{Env:KEY}",
    allowedModels: ["claude-*", "titan"],
  };
  for (const [spelling, text] of [
    [
      "ours",
      `profiles: [{name: work, provider: bedrock, accessInfo: {region: eu-north-1}, accessKey: "{Env:KEY}", allowedModels: [claude-*, titan]}]`,
    ],
    [
      "the documents' first",
      `profiles: [{name: work, provider: AWS_BEDROCK, access_info: {region: eu-north-1}, access_key: {api_key: "{Env:KEY}"}, allowed_models: [claude-*, titan]}]`,
    ],
    [
      "the documents' last",
      `profiles: [{name: work, model_provider: PROVIDER_AWS_BEDROCK, access_info: {region: eu-north-1, api_key: "{Env:KEY}"}, llm_models: [claude-*], embedding_models: [titan]}]`,
    ],
    [
      "PascalCase",
      `Profiles: [{Name: work, Provider: aws_bedrock, AccessInfo: {Region: eu-north-1}, AccessKey: {ApiKey: "{Env:KEY}"}, AllowedModels: [claude-*, titan]}]`,
    ],
  ] as const) {
    it(`reads a profile in ${spelling} spelling`, () => {
      assert.deepEqual(firstProfile(text), normal);
    });
  }

  it("knows the documents' names of providers", () => {
    const known = {
      OPENAI: "openai",
      PROVIDER_OPENAI: "openai",
      AZURE_OPENAI: "azure-openai",
      SELF_HOSTED: "self-hosted",
      OPENAI_LIKE: "self-hosted",
      CUSTOM_LLM: "self-hosted",
      OLLAMA: "ollama",
      VLLM: "vllm",
      ...Object.fromEntries(providerNames.map((name) => [name, name])),
    };
    const info =
      "accessInfo: {baseUrl: 'http://x', endpoint: 'https://x', region: eu-north-1, endpoints: {m: {name: e, format: tgi}}}";
    for (const [written, expected] of Object.entries(known)) {
      const uses = { "azure-openai": "{endpoint: 'https://x'}", bedrock: "{region: eu-north-1}" };
      const needed =
        expected === "sagemaker"
          ? info.replace("baseUrl: 'http://x', endpoint: 'https://x', ", "")
          : `accessInfo: ${Object.entries(uses).find(([name]) => name === expected)?.[1] ?? "{baseUrl: 'http://x'}"}`;
      const text = `profiles: [{name: a, provider: ${written}, accessKey: k, ${needed}}]`;
      assert.equal(firstProfile(text)?.provider, expected);
    }
  });

  it("knows what a server speaks by word and by number", () => {
    for (const [written, expected] of [
      ["1", "openai"],
      ["2", "ollama"],
      ["3", "vllm"],
      ["VLLM", "vllm"],
      ["openai", "openai"],
    ] as const) {
      const text = `profiles: [{name: a, provider: SELF_HOSTED, access_info: {base_url: 'http://x', inference_api: ${written}}}]`;
      assert.equal(firstProfile(text)?.accessInfo.inferenceApi, expected);
    }
  });

  it("fills in where the servers are that everybody has at one address", () => {
    for (const [provider, baseUrl] of [
      ["kubeai", "http://kubeai/openai/v1"],
      ["ollama", "http://localhost:11434/v1"],
      ["vllm", "http://localhost:8000/v1"],
    ] as const) {
      const own = "accessInfo: {baseUrl: 'http://own/v1'}";
      assert.equal(
        firstProfile(`profiles: [{name: a, provider: ${provider}}]`)?.accessInfo.baseUrl,
        baseUrl,
      );
      assert.equal(
        firstProfile(`profiles: [{name: a, provider: ${provider}, ${own}}]`)?.accessInfo.baseUrl,
        "http://own/v1",
      );
    }
  });

  it("lets profiles share provider and key, by an anchor as well", () => {
    const { config } = parse(`
profiles:
  - &work {name: all, provider: openai, accessKey: "{Env:KEY}"}
  - {<<: *work, name: cheap, allowedModels: [gpt-4o-mini]}
`);
    assert.deepEqual(
      config.profiles.map(({ name, accessKey }) => [name, accessKey]),
      [
        ["all", "{Env:KEY}"],
        ["cheap", "{Env:KEY}"],
      ],
    );
  });

  it("takes a user's list within its workspace as well", () => {
    const { config } = parse(`
account: admin-controlled
profiles: [{name: a, provider: ollama}]
workspaces: [{name: lab, model_profiles: [a], users: [{user_name: ada, model_profiles: [a]}]}]
`);
    assert.deepEqual(config.users, [{ user: "ada", workspace: "lab", profiles: ["a"] }]);
  });

  it("returns what nobody can change", () => {
    const profile = firstProfile("profiles: [{name: a, provider: ollama, allowedModels: [x]}]");
    assert.ok(Object.isFrozen(profile) && Object.isFrozen(profile?.allowedModels));
  });

  it("survives aliases that unfold to millions, and very many brackets", () => {
    const bomb = ["a: &a [x, x, x, x, x, x, x, x, x]"];
    for (const [one, other] of ["ab", "bc", "cd", "de", "ef", "fg"]) {
      bomb.push(`${other}: &${other} [${Array(9).fill(`*${one}`).join(", ")}]`);
    }
    assert.throws(() => parse(bomb.join("\n")), /aliases unfold to too much/);
    assert.throws(() => parse("[".repeat(100_000)), /nested too deeply/);
  });
});
