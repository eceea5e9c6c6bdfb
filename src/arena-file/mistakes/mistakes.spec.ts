import assert from "node:assert/strict";
import {
  canary,
  type MistakeRow,
  of,
  problemsOf,
  profile,
  testMistakes,
} from "../../../test/fixtures/config-mistakes.ts";

const mistakes: readonly MistakeRow[] = [
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
  ["profiles: &a [*a]", "arena.yaml:1:15", /would never end; write the part out/],
  ["profiles: [&a {name: w, <<: *a}]", "arena.yaml:1:29", /would never end/],
  [profile(`accessKey: {{${canary}}}`), "arena.yaml:1:55", /in the place of a key.*in quotes/],
  [profile(`? [${canary}] : x`), "arena.yaml:1:45", /in the place of a key.*in quotes/],
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
  [profile(`accessKey:${canary}`), "profiles[0]", /a colon in it; write accessKey, a colon, a bl/],
  [profile(`"accessKey:${canary}": ""`), "profiles[0]", /a colon in it; write accessKey, a colon/],
  [profile(`"accessKey=${canary}": x`), "profiles[0]", /a key that is no name; write accessKey/],
  [profile(`"access key": ${canary}`), "profiles[0]", /a key that is no name; write accessKey/],
  [profile(`accessKey: k, x:${canary}`), "profiles[0]", /a colon in it; write a key, a colon/],
  [
    profile(`accessKey: k, ${canary}: x`),
    "profiles[0].(a text that looks like a key)",
    /unknown key; expected one of name/,
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
];

describe("a mistake in arena.yaml", () => {
  testMistakes(mistakes);

  it("is one of more than 40 kinds", () => {
    assert.ok(mistakes.length > 40);
    assert.equal(new Set(mistakes.map(([text]) => text)).size, mistakes.length);
  });

  for (const key of [
    "3f2b8c1e-77aa-4c0d-9b1e-0123456789ab",
    "11111111-2222-3333-4444-555555555555",
    "0123456789abcdef0123456789abcdef",
    "hf_aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  ]) {
    it(`shows no key wherever it stands: ${key}`, () => {
      const texts = [
        profile(`accessKey:${key}`),
        profile(`accessKey: k, accessInfo: {baseUrl:${key}}`),
        profile(`accessKey: k, "${key}": OPENAI_API_KEY`),
        profile(`accessKey: k, accessInfo: {${key}}`),
        of("azure", `endpoint: 'https://a.example', keyHeader: 'api-key: ${key}'`),
        of("azure", `endpoint: 'https://a.example', apiVersion: 'key ${key}'`),
        of("azure", `endpoint: 'https://a.example', deployments: {m:${key}}`),
        `profiles: [{name: w, provider: 'openai ${key}', accessKey: k}]`,
        `prices: {openai/x:${key}}`,
        `routes: [{name: r, candidates: [{profile: 'work ${key}', model: m}]}]`,
        `accountType:${key}:`,
        `${key}: x`,
      ];
      for (const text of texts) {
        assert.ok(!JSON.stringify(problemsOf(text)).includes(key.slice(0, 12)), text);
      }
    });
  }

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

  it("does not hide what is wrong between the parts", () => {
    const problems = problemsOf(`
profiles:
  - {name: work, provider: openai, acessKey: k}
  - {name: home, provider: ollama, allowedModels: [llama3.2]}
workspaces: [{name: lab, profiles: [wrok]}]
routes:
  - {name: first}
  - {name: poems, candidates: [{profile: wrok, model: m}, {profile: home, model: x}]}
  - name: poems
    retries: often
    model: llama3.2
    provider: opnai
  - {name: tales, candidates: [{profile: home}, {profile: homme, model: m}, 7]}
  - name: poems
    candidates: []
prices: {gpt: {inputPerMillion: 1, outputPerMillion: 1}}
`);
    assert.deepEqual(
      problems.map(({ name, message }) => `${name} ${/\(line \d+\)$/.exec(message)?.[0]}`),
      [
        "profiles[0].acessKey (line 3)",
        "workspaces[0].profiles[0] (line 5)",
        "routes[0].candidates (line 7)",
        "routes[1].candidates[0].profile (line 8)",
        "routes[1].candidates[1].model (line 8)",
        "routes[2].name (line 9)",
        "routes[2].retries (line 10)",
        "routes[2].provider (line 12)",
        "routes[3].candidates[0].model (line 13)",
        "routes[3].candidates[2] (line 13)",
        "routes[3].candidates[1].profile (line 13)",
        "routes[4].candidates (line 15)",
        "prices.gpt (line 16)",
      ],
    );
  });

  it("says nothing of routes while it is open which profiles there are", () => {
    for (const wrong of ["nmae: home, provider: ollama", "name: home, provider: olama"]) {
      const [problem, ...others] = problemsOf(`
profiles: [{${wrong}}]
routes: [{name: r, candidates: [{profile: home, model: m}]}]`);
      assert.match(problem?.message ?? "", /did you mean (?:name|ollama)\?/);
      assert.deepEqual(others, []);
    }
  });
});
