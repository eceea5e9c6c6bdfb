import assert from "node:assert/strict";
import { parseArenaConfig } from "../arena-file/parse-arena-config.ts";
import { ConfigurationError } from "../errors/arena-error.ts";
import type { Profile } from "../providers/catalogue.ts";
import { configParts, configPartsWith } from "./config-parts.ts";

const azure: Profile = {
  name: "AZURE_OPENAI_MODELS",
  provider: "azure-openai",
  accessInfo: { endpoint: "https://x.example", deployments: { "my-model": "d" } },
  accessKey: "k",
  allowedModels: ["my-model"],
};

describe("models of routes", () => {
  const profiles = `
account: admin-controlled
profiles:
  - {name: home, provider: ollama, allowedModels: [llama3.2, "qwen*"]}
  - {name: open, provider: openai, accessKey: "{Env:KEY}"}
workspaces: [{name: lab, profiles: [home]}, {name: art, profiles: [open]}]
`;

  function problemsOf(text: string, parts = configPartsWith([azure])): readonly string[] {
    try {
      parseArenaConfig(profiles + text, "arena.yaml", parts);
      return [];
    } catch (error) {
      assert.ok(error instanceof ConfigurationError, String(error));
      return error.problems.map(({ name, message }) => `${name}: ${message}`);
    }
  }

  for (const [what, model] of [
    ["one workspace only may use, in another spelling", "LLAMA_3.2"],
    ["a glob allows", "qwen3:8b"],
    ["AZURE_OPENAI_MODELS lists", "my_model"],
    ["an open profile's vendor sells", "gpt-4o"],
    ["no table knows, where a profile allows all", "brand-new"],
  ] as const) {
    it(`are right where ${what}`, () => {
      assert.deepEqual(problemsOf(`routes: [{name: r, model: "${model}"}]`), []);
      const candidates = "candidates: [{profile: home, model: llama3.2}]";
      const route = `{name: r, ${candidates}, fallbackModels: ["${model}"]}`;
      assert.deepEqual(problemsOf(`routes: [${route}]`), []);
    });
  }

  it("are told all at once where nobody has them, with what there is", () => {
    const problems = problemsOf(`routes:
  - {name: a, model: claude-3-5-sonnet}
  - {name: b, candidates: [{profile: home, model: llama3.2}], fallbackModels: [qwen3, gemini-2.5-pro]}
  - {name: c, candidates: [{profile: gone, model: x}]}
`);
    assert.equal(problems.length, 3);
    assert.match(
      problems[0] ?? "",
      /^routes\[0\]\.model: no profile has the model "claude-3-5-sonnet"\. Allowed: llama3\.2, qwen\*, my-model, all models of OpenAI\. Correct the name/,
    );
    assert.match(problems[1] ?? "", /^routes\[1\]\.fallbackModels\[1\]: .*"gemini-2\.5-pro"/);
    assert.match(problems[2] ?? "", /^routes\[2\]\.candidates\[0\]\.profile: /);
  });

  it("are told with the nearest name", () => {
    const closed = profiles.replace(/.*name: open.*\n/, "").replace(/, \{name: art.*\}/, "");
    const parts = configPartsWith([]);
    assert.throws(
      () => parseArenaConfig(`${closed}routes: [{name: r, model: lama3.2}]`, "arena.yaml", parts),
      /Did you mean llama3\.2\?/,
    );
  });

  it("are right in a file without profiles where a variable lists them, and wrong otherwise", () => {
    const text = "routes: [{name: r, model: my-model}]";
    parseArenaConfig(text, "arena.yaml", configPartsWith([azure]));
    assert.throws(() => parseArenaConfig(text, "arena.yaml", configPartsWith([])), /routes\[0\]/);
  });

  it("are never globs, which would be asked for letter by letter", () => {
    const problems = problemsOf(`routes:
  - {name: a, model: "gpt-*"}
  - {name: b, candidates: [{profile: home, model: "qwen?"}], fallbackModels: ["llama*"]}
`);
    assert.deepEqual(
      problems.map((problem) => problem.replace(/ \(line.*/, "")),
      [
        'routes[0].model: "gpt-*" is a glob; a route names one model',
        'routes[1].candidates[0].model: "qwen?" is a glob; a route names one model',
        'routes[1].fallbackModels[0]: "llama*" is a glob; a route names one model',
      ],
    );
  });

  it("are not judged while it is not known what Azure's variables list", () => {
    const list = "profiles: [home, AZURE_OPENAI_MODELS]";
    const text = profiles.replace("profiles: [home]", list);
    parseArenaConfig(`${text}routes: [{name: r, model: claude-3-5-sonnet}]`, "x", configParts);
  });

  it("may be those of AZURE_OPENAI_MODELS in lists and candidates, and no profile has that name", () => {
    const parts = configPartsWith([azure]);
    const text = profiles.replace("[home]", "[home, AZURE_OPENAI_MODELS]");
    const route =
      "routes: [{name: r, candidates: [{profile: AZURE_OPENAI_MODELS, model: my-model}]}]";
    parseArenaConfig(text + route, "arena.yaml", parts);
    assert.throws(
      () =>
        parseArenaConfig(profiles.replaceAll("home", "AZURE_OPENAI_MODELS"), "arena.yaml", parts),
      /profiles\[0\]\.name: is what the models of AZURE_OPENAI_MODELS are called/,
    );
  });
});
