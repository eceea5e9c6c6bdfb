import {
  type MistakeRow,
  testMistakes,
  withScopes,
} from "../../../test/fixtures/config-mistakes.ts";

const admin = (scopes: string) => withScopes(`account: admin-controlled\n${scopes}`);
const lab = "workspaces: [{name: lab, profiles: [work]}]";

const mistakes: readonly MistakeRow[] = [
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
  [withScopes("routes: [x]"), "routes[0]", /is no route; write a map such as \{name: poems/],
  [withScopes("routes:\n  -"), "routes[0]", /is no route; write a map such as \{name: poems/],
  [
    withScopes("routes: [{name: r, model: m, retryBudget: .inf}]"),
    "routes[0].retryBudget",
    /expected a number, got Infinity/,
  ],
  [
    withScopes("prices: {'openai/x:sk-canary-7Hq2Zx9Lm4Tv8Bn1': }"),
    "prices[(a text that looks like a key)]",
    /expected a map, got nothing/,
  ],
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
    withScopes("prices: {opnai/gpt-4o: {inputPerMillion: 1, outputPerMillion: 1}}"),
    'prices["opnai/gpt-4o"]',
    /no provider is called "opnai"; did you mean openai\/MODEL\?/,
  ],
  [
    withScopes("prices: {azure/gpt-4o: {inputPerMillion: 1, outputPerMillion: 1}}"),
    'prices["azure/gpt-4o"]',
    /write azure-openai\/MODEL/,
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

describe("a mistake in who may use what, in routes or in prices", () => {
  testMistakes(mistakes);
});
