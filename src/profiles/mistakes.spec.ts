import assert from "node:assert/strict";
import { configParts } from "../access/config-parts.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { parseArenaConfig } from "./parse-arena-config.ts";

/** A key as a message must never show it. */
const canary = "sk-canary-7Hq2Zx9Lm4Tv8Bn1";

const profile = (fields: string) => `profiles: [{name: work, provider: openai, ${fields}}]`;
const of = (provider: string, info: string, rest = `accessKey: ${canary}`) =>
  `profiles: [{name: work, provider: ${provider}, accessInfo: {${info}}, ${rest}}]`;
const withScopes = (scopes: string) => `
profiles: [{name: work, provider: ollama}, {name: home, provider: vllm}]
${scopes}`;
const admin = (scopes: string) => withScopes(`account: admin-controlled\n${scopes}`);
const lab = "workspaces: [{name: lab, profiles: [work]}]";

/** What was written, the place that is named, and what is said of it. */
const mistakes: readonly (readonly [string, string, RegExp])[] = [
  // The text itself.
  ['account: "a', "arena.yaml:1:12", /quote, bracket.*is missing/],
  ["profiles:\n  - name: [a", "arena.yaml:2:13", /close the quote or bracket/],
  ["account: x\n  ceiling: true", "arena.yaml:1:10", /put a text with : in quotes/],
  ["profiles:\n\t- name: a", "arena.yaml:2:1", /a tab indents.*blanks/],
  ['account: "a\\q"', "arena.yaml:1:12", /unknown escape.*single quotes/],
  ["account: *anchor", "arena.yaml:1:10", /alias.*put text that begins with \* in quotes/],
  [`account: !${canary} x`, "arena.yaml:1:10", /tag \(!name\) that is not known/],
  ["account: @x", "arena.yaml:1:10", /cannot begin with this character.*quotes/],
  ["account: a: b", "arena.yaml:1:10", /put a text with : in quotes/],
  ["ceiling: false\n---\nceiling: true", "arena.yaml:2:1", /second document/],
  ["ceiling: false\nceiling: false", "arena.yaml:2:1", /stands twice.*keep one/],
  ['{"ceiling": false, "ceiling": false}', "arena.yaml:1:20", /stands twice.*keep one/],
  ["- a", "arena.yaml", /expected a map with keys such as profiles, got a list/],
  ["just text", "arena.yaml", /expected a map with keys such as profiles, got text/],
  // Keys.
  [`proflies: [{name: a, provider: ollama}]`, "proflies", /did you mean profiles\?/],
  [profile(`acessKey: ${canary}`), "profiles[0].acessKey", /did you mean accessKey\?/],
  [profile(`key: ${canary}`), "profiles[0].key", /did you mean accessKey\?/],
  [
    `profiles: [{name: w, provider: ollama, colour: red}]`,
    "profiles[0].colour",
    /expected one of name, provider, accessInfo/,
  ],
  [of("vllm", "url: 'http://x'"), "profiles[0].accessInfo.url", /did you mean baseUrl\?/],
  [
    `profiles: [{name: w, provider: bedrock, region: eu-north-1}]`,
    "profiles[0].region",
    /belongs into accessInfo/,
  ],
  [
    of("vllm", "baseUrl: 'http://x', base_url: 'http://y'"),
    "profiles[0].accessInfo.base_url",
    /the same as baseUrl.*keep one/,
  ],
  [
    `profiles: [{name: w, provider: ollama, model_provider: OLLAMA}]`,
    "profiles[0].model_provider",
    /the same as provider.*keep one/,
  ],
  // Names and providers.
  ["profiles: []", "profiles", /is empty; give.*at least one profile/],
  ["profiles: {a: b}", "profiles", /expected.*list.*got a map/],
  ["profiles: [work]", "profiles[0]", /expected a map with name and provider, got text/],
  ["profiles: [{provider: ollama}]", "profiles[0].name", /is missing; give a name/],
  ["profiles: [{name: '', provider: ollama}]", "profiles[0].name", /is empty; give a name/],
  ["profiles: [{name: 7, provider: ollama}]", "profiles[0].name", /got a number; put it in quotes/],
  ["profiles: [{name: 'a ', provider: ollama}]", "profiles[0].name", /blanks.*take them away/],
  [
    "profiles: [{name: a, provider: ollama}, {name: a, provider: vllm}]",
    "profiles[1].name",
    /name of profiles\[0\] as well/,
  ],
  ["profiles: [{name: a}]", "profiles[0].provider", /is missing; expected one of openai/],
  ["profiles: [{name: a, provider: opena}]", "profiles[0].provider", /did you mean openai\?/],
  [
    "profiles: [{name: a, provider: 3}]",
    "profiles[0].provider",
    /another provider in each release/,
  ],
  [`profiles: [{name: a, provider: ${canary}}]`, "profiles[0].provider", /looks like a key/],
  // Keys of vendors.
  ["profiles: [{name: a, provider: openai}]", "profiles[0].accessKey", /needs a key.*\{Env:NAME\}/],
  [profile("accessKey:"), "profiles[0].accessKey", /is empty; give the key/],
  [profile("accessKey: 12345"), "profiles[0].accessKey", /got a number; put it in quotes/],
  [profile("accessKey: {Env:OPENAI_API_KEY}"), "profiles[0].accessKey", /in quotes/],
  [profile(`accessKey: {${canary}}`), "profiles[0].accessKey", /in quotes/],
  [profile(`accessKey: "{${canary}}"`), "profiles[0].accessKey", /scheme that is not known/],
  [profile(`accessKey: "{Env:${canary}"`), "profiles[0].accessKey", /no closing brace/],
  [profile(`accessKey: "{AWS:${canary}}"`), "profiles[0].accessKey", /keysFrom/],
  [profile(`accessKey: "$\{${canary}}"`), "profiles[0].accessKey", /variables are not filled in/],
  [profile(`accessKey: "Env:${canary}"`), "profiles[0].accessKey", /reference without braces/],
  [profile(`accessKey: " ${canary}"`), "profiles[0].accessKey", /blanks or line ends/],
  [profile(`accessKey: "${canary} x"`), "profiles[0].accessKey", /a blank or a letter/],
  [profile(`accessKey: [${canary}]`), "profiles[0].accessKey", /as text, got a list/],
  [profile(`access_key: {api_key: ''}`), "profiles[0].access_key.api_key", /is empty/],
  [
    profile(`accessKey: ${canary}, accessInfo: {apiKey: ${canary}}`),
    "profiles[0].accessInfo.apiKey",
    /beside accessKey; keep one/,
  ],
  [of("openai", `keysFrom: ${canary}`, ""), "profiles[0].accessInfo.keysFrom", /\{AWS:Secret\}/],
  [
    of("openai", `keysFrom: "{AWS:vendors}"`),
    "profiles[0].accessKey",
    /beside accessInfo.keysFrom; keep one/,
  ],
  // How it is reached.
  [of("openai", "region: eu-north-1"), "profiles[0].accessInfo.region", /bedrock, sagemaker do/],
  [of("ollama", "inferenceApi: vllm"), "profiles[0].accessInfo.inferenceApi", /self-hosted does/],
  [of("azure", "apiVersion: v1"), "profiles[0].accessInfo.endpoint", /needs endpoint or baseUrl/],
  [
    of("azure", "endpoint: 'https://a.example', baseUrl: 'https://b.example'"),
    "profiles[0].accessInfo.baseUrl",
    /replaces endpoint; keep one/,
  ],
  [
    of("azure", "endpoint: 'https://a.example/openai/deployments/x'"),
    "profiles[0].accessInfo.endpoint",
    /the resource alone/,
  ],
  [
    of("azure", "endpoint: 'https://a.example', apiVersion: newest"),
    "profiles[0].accessInfo.apiVersion",
    /such as 2024-10-21.*got "newest"/,
  ],
  [
    of("azure", "endpoint: 'https://a.example', deployments: [x]"),
    "profiles[0].accessInfo.deployments",
    /expected a map.*got a list/,
  ],
  [
    of("azure", "endpoint: 'https://a.example', keyHeader: 'api key:'"),
    "profiles[0].accessInfo.keyHeader",
    /name of an HTTP header/,
  ],
  ["profiles: [{name: a, provider: bedrock}]", "profiles[0].accessInfo.region", /needs region/],
  [
    of("bedrock", "region: Frankfurt"),
    "profiles[0].accessInfo.region",
    /such as eu-central-1, got "Frankfurt"/,
  ],
  [
    of("bedrock", "region: eu-north-1, roleArn: admin"),
    "profiles[0].accessInfo.roleArn",
    /arn:aws:iam/,
  ],
  [of("sagemaker", "region: eu-north-1"), "profiles[0].accessInfo.endpoints", /needs endpoints/],
  [
    of("sagemaker", "region: eu-north-1, endpoints: {m: {name: e, format: chat}}"),
    "profiles[0].accessInfo.endpoints.m.format",
    /tgi, jumpstart-chat or openai, got "chat"/,
  ],
  [
    of("sagemaker", "region: eu-north-1, endpoints: {}"),
    "profiles[0].accessInfo.endpoints",
    /empty map/,
  ],
  [
    of("sagemaker", "region: eu-north-1, endpoints: {m: e}"),
    "profiles[0].accessInfo.endpoints.m",
    /expected name and format, got text/,
  ],
  [of("self-hosted", "host: x"), "profiles[0].accessInfo.baseUrl", /needs baseUrl/],
  [of("vllm", "baseUrl: 'localhost:8000'"), "profiles[0].accessInfo.baseUrl", /begins with http/],
  [of("vllm", `baseUrl: 'http://u:${canary}@x'`), "profiles[0].accessInfo.baseUrl", /without user/],
  [of("vllm", `baseUrl: 'http://x?k=${canary}'`), "profiles[0].accessInfo.baseUrl", /without \?/],
  [
    of("vllm", "baseUrl: 'http://x/v1/chat/completions'"),
    "profiles[0].accessInfo.baseUrl",
    /leave \/chat\/completions away/,
  ],
  [of("vllm", "host: 'http://x'"), "profiles[0].accessInfo.host", /no scheme/],
  [
    of("self-hosted", "baseUrl: 'http://x', inferenceApi: 4"),
    "profiles[0].accessInfo.inferenceApi",
    /openai \(1\), ollama \(2\) or vllm \(3\), got "4"/,
  ],
  ["profiles: [{name: a, provider: ollama, accessInfo: x}]", "profiles[0].accessInfo", /got text/],
  // Models.
  [
    "profiles: [{name: a, provider: ollama, allowedModels: llama3}]",
    "profiles[0].allowedModels",
    /expected a list of models, got text/,
  ],
  [
    "profiles: [{name: a, provider: ollama, allowedModels: [llama3, 4]}]",
    "profiles[0].allowedModels[1]",
    /got a number; put it in quotes/,
  ],
  [
    "profiles: [{name: a, provider: ollama, allowedModels: ['']}]",
    "profiles[0].allowedModels[0]",
    /is empty/,
  ],
  [
    "profiles: [{name: a, provider: ollama, allowedModels: ['llama[23]']}]",
    "profiles[0].allowedModels[0]",
    /\[ is no part of a glob; only \*/,
  ],
  [
    "profiles: [{name: a, provider: ollama, allowedModels: ['^llama.*$']}]",
    "profiles[0].allowedModels[0]",
    /\^ is no part of a glob/,
  ],
  [
    "profiles: [{name: a, provider: ollama, allowedModels: ['llama**']}]",
    "profiles[0].allowedModels[0]",
    /write one \*/,
  ],
  [
    "profiles: [{name: a, provider: ollama, allowedModels: ['llama3, gemma2']}]",
    "profiles[0].allowedModels[0]",
    /one model per entry/,
  ],
  [
    "profiles: [{name: a, provider: ollama, allowedModels: [llama-3, llama_3]}]",
    "profiles[0].allowedModels[1]",
    /the same as allowedModels\[0\]/,
  ],
  [
    "profiles: [{name: a, provider: ollama, allowed_models: [x], llm_models: [y]}]",
    "profiles[0].llm_models",
    /beside allowedModels.*keep one/,
  ],
  [
    of(
      "sagemaker",
      "region: eu-north-1, endpoints: {m: {name: e, format: tgi}}",
      "allowedModels: [n]",
    ),
    "profiles[0].allowedModels[0]",
    /has no endpoint/,
  ],
  // Who may use what.
  ["account: shared", "account", /user-controlled or admin-controlled, got "shared"/],
  [admin("ceiling: sometimes"), "ceiling", /expected true or false, got text/],
  [withScopes("ceiling: true"), "ceiling", /no effect.*account: admin-controlled/],
  [
    withScopes(`${lab}\nusers: [{user: ada, workspace: lab, profiles: [work]}]`),
    "users",
    /no effect.*account: admin-controlled/,
  ],
  [withScopes("workspaces: [{name: lab}]"), "workspaces[0].profiles", /is missing; give a list/],
  [withScopes("workspaces: [{name: lab, profiles: []}]"), "workspaces[0].profiles", /is empty/],
  [
    withScopes("workspaces: [{name: lab, profiles: [wrok]}]"),
    "workspaces[0].profiles[0]",
    /no profile has the name "wrok"; did you mean "work"\?/,
  ],
  [
    withScopes("workspaces: [{name: lab, profiles: [work, work]}]"),
    "workspaces[0].profiles[1]",
    /in this list twice/,
  ],
  [
    withScopes("workspaces: [{name: lab, profiles: [work]}, {name: lab, profiles: [home]}]"),
    "workspaces[1].name",
    /name of workspaces\[0\] as well/,
  ],
  [
    admin(`${lab}\nusers: [{user: ada, workspace: lap, profiles: [work]}]`),
    "users[0].workspace",
    /no workspace has the name "lap"; did you mean "lab"\?/,
  ],
  [
    admin(`${lab}\nusers: [{user: ada, workspace: lab, profiles: [other]}]`),
    "users[0].profiles[0]",
    /there are "work", "home"/,
  ],
  [
    admin(
      `${lab}\nusers: [{user: ada, workspace: lab, profiles: [work]}, {user: ada, workspace: lab, profiles: [home]}]`,
    ),
    "users[1].user",
    /already, at users\[0\]/,
  ],
  [
    admin(`${lab}\nceiling: true\nusers: [{user: ada, workspace: lab, profiles: [home]}]`),
    "users[0].profiles[0]",
    /beyond the ceiling/,
  ],
  [
    `account: admin-controlled\nceiling: true\nprofiles: [{name: a, provider: vllm, accessKey: k}, {name: b, provider: vllm, accessKey: l}]
workspaces: [{name: lab, profiles: [a]}]\nusers: [{user: ada, workspace: lab, profiles: [b]}]`,
    "users[0].profiles[0]",
    /beyond the ceiling/,
  ],
  [`profiles: [{nmae: work, provider: ollama}]\n${lab}`, "profiles[0].nmae", /did you mean name\?/],
  // Routes and prices, which others know.
  [withScopes("routes: [{name: r}]"), "routes[0].candidates", /is missing; give a list/],
  [withScopes("routes: [{name: r, candidates: []}]"), "routes[0].candidates", /is empty/],
  [withScopes("routes: [{name: r, modle: m}]"), "routes[0].modle", /did you mean model\?/],
  [
    withScopes("routes: [{name: r, candidates: [{profile: wrok, model: m}]}]"),
    "routes[0].candidates[0].profile",
    /did you mean "work"\?/,
  ],
  [
    withScopes("routes: [{name: r, model: m}, {name: r, model: n}]"),
    "routes[1].name",
    /name of routes\[0\] as well/,
  ],
  [
    "profiles: [{name: a, provider: ollama, allowedModels: [x]}]\nroutes: [{name: r, candidates: [{profile: a, model: y}]}]",
    "routes[0].candidates[0].model",
    /does not allow this model; expected one of x/,
  ],
  [
    withScopes("routes: [{name: r, model: m, provider: opnai}]"),
    "routes[0].provider",
    /no provider is called "opnai"; did you mean openai\?/,
  ],
  [
    "profiles: [{name: a, provider: ollama}]\nroutes: [{name: r, candidates: [{profile: a, model: m, provider: vllm}]}]",
    "routes[0].candidates[0].provider",
    /the provider of profile a is ollama; write that, or nothing/,
  ],
  [
    withScopes("prices: {gpt: {inputPerMillion: 1, outputPerMillion: 1}}"),
    "prices.gpt",
    /PROVIDER\/MODEL/,
  ],
  [
    withScopes("prices: {openai/gpt: {inputPerMillion: cheap, outputPerMillion: 1}}"),
    'prices["openai/gpt"].inputPerMillion',
    /expected a number, got text/,
  ],
];

function problemsOf(text: string) {
  try {
    parseArenaConfig(text, "arena.yaml", configParts);
  } catch (error) {
    assert.ok(error instanceof ConfigurationError, String(error));
    return error.problems;
  }
  return assert.fail("nothing was found wrong");
}

describe("a mistake in arena.yaml", () => {
  for (const [text, place, expected] of mistakes) {
    it(`is named at ${place}: ${text.trim().replaceAll("\n", "⏎").slice(0, 90)}`, () => {
      const problems = problemsOf(text);
      assert.deepEqual(
        problems.map(({ name }) => name),
        [place],
        JSON.stringify(problems),
      );
      assert.match(problems[0]?.message ?? "", expected);
      assert.ok(!JSON.stringify(problems).includes(canary.slice(3, 12)), JSON.stringify(problems));
    });
  }

  it("is one of more than 40 kinds", () => {
    assert.ok(mistakes.length > 40);
    assert.equal(new Set(mistakes.map(([text]) => text)).size, mistakes.length);
  });

  it("does not hide the others", () => {
    const problems = problemsOf(`
profiles:
  - name: a
    provider: opena
    acessKey: ${canary}
  - name: a
    provider: azure
    accessKey: "{Env:KEY"
    accessInfo: {endpoint: ftp://x, region: eu-north-1}
workspaces: [{name: lab, profiles: [a, b]}]
ceilling: true
`);
    assert.deepEqual(
      problems.map(({ name, message }) => `${name} ${/\(line \d+\)$/.exec(message)?.[0]}`),
      [
        "profiles[0].provider (line 4)",
        "profiles[0].acessKey (line 5)",
        "profiles[1].name (line 6)",
        "profiles[1].accessKey (line 8)",
        "profiles[1].accessInfo.endpoint (line 9)",
        "profiles[1].accessInfo.region (line 9)",
        "workspaces[0].profiles[1] (line 10)",
        "ceilling (line 11)",
      ],
    );
  });
});
