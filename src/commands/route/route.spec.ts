import assert from "node:assert/strict";
import { accessTo, ScriptedProvider } from "../../../test/fixtures/scripted-provider.ts";
import { stringTerminal } from "../../../test/fixtures/string-terminal.ts";
import { UnknownModelError } from "../../errors/route-errors.ts";
import { RouteConfig } from "../../routing/plan/route-config.ts";
import { Router } from "../../routing/router.ts";
import { runRoute } from "./route.ts";

describe("arena route", () => {
  const provider = new ScriptedProvider([]);
  const asked: unknown[] = [];
  const files: unknown[] = [];
  const router = new Router({
    routes: [
      RouteConfig.parse({
        name: "poets",
        candidates: [
          { profile: "gone", model: "gpt-4o" },
          { profile: "gpt", model: "gpt-4o-mini" },
          { profile: "own", model: "llama3:8b" },
        ],
        speedPriority: "low",
        provider: "ollama",
        fallbackModels: ["gpt-4.1"],
      }),
      RouteConfig.parse({ name: "nobody", candidates: [{ profile: "gone", model: "gpt-4o" }] }),
    ],
    refuse: (model) => new UnknownModelError(model, "Allowed: gpt-4o."),
    accessesOf: (scope) => {
      asked.push(scope);
      return [
        accessTo(provider, "gpt", { providerName: "openai" }),
        accessTo(provider, "own", { providerName: "ollama" }),
      ];
    },
  });

  async function call(...argv: readonly string[]) {
    const terminal = stringTerminal();
    const scope = { user: "grace", workspace: null };
    const code = await runRoute(argv, terminal, async (config) => {
      files.push(config);
      return { router, scope };
    });
    return { code, stdout: terminal.stdout.text, stderr: terminal.stderr.text };
  }

  it("shows who is asked in which order, who not and why, and calls nobody", async () => {
    const { code, stdout } = await call("explain", "poets");
    assert.equal(code, 0);
    const lines = stdout.trimEnd().split("\n");
    assert.equal(lines[0], "Route poets: ollama first, then cheapest first");
    const rows = lines.slice(3).map((line) => line.split(/ {2,}/));
    assert.deepEqual(rows, [
      ["1.", "own", "ollama", "llama3:8b", "?", "?", "?", "closed"],
      ["2.", "gpt", "openai", "gpt-4o-mini", "0.15/0.6", "120 (table)", "?", "closed"],
      ["3.", "gpt", "openai", "gpt-4.1", "2/8", "80 (table)", "?", "closed", "fallback"],
      [
        "-",
        "gone",
        "?",
        "gpt-4o",
        "?",
        "?",
        "?",
        "skipped: the profile is not in this caller's scope",
      ],
      [
        "-",
        "own",
        "ollama",
        "gpt-4.1",
        "?",
        "?",
        "?",
        "skipped: this is a model of openai, azure-openai; list it in allowedModels if it is here too",
      ],
    ]);
    assert.equal(provider.calls.length, 0);
  });

  it("writes the same as JSON", async () => {
    const { stdout } = await call("explain", "poets", "--json");
    const scope = { user: "grace", workspace: null };
    assert.deepEqual(JSON.parse(stdout), await router.explain({ route: "poets", scope }));
  });

  it("asks for a user, a workspace and another model", async () => {
    const { stdout } = await call(
      ...["explain", "poets", "--model", "gpt-4o", "--user", "ada", "--workspace", "lab"],
    );
    assert.deepEqual(asked.at(-1), { user: "ada", workspace: "lab" });
    assert.match(stdout, /1\. +gpt +openai +gpt-4o /);
  });

  it("asks for those of the settings where nobody else is named", async () => {
    await call("explain", "poets");
    assert.deepEqual(asked.at(-1), { user: "grace", workspace: null });
  });

  it("exits 1 when nobody would be asked, and says what would work", async () => {
    const { code, stdout, stderr } = await call("explain", "nobody");
    assert.equal(code, 1);
    assert.match(stdout, /^- +gone /m);
    assert.equal(
      stderr,
      'arena route: NOT_FOUND: No profile has the model "gpt-4o". Allowed: gpt-4o.\n',
    );
    const json = await call("explain", "nobody", "--json");
    assert.equal(json.code, 1);
    assert.equal(JSON.parse(json.stdout).error.code, "NOT_FOUND");
    assert.equal(json.stderr, "");
  });

  it("takes the file that --config names, else that of the settings", async () => {
    await call("explain", "poets", "--config", "other.yaml");
    await call("explain", "poets");
    assert.deepEqual(files.slice(-2), ["other.yaml", undefined]);
  });

  it("exits 2 for a route that is not there, and names those that are", async () => {
    const { code, stderr } = await call("explain", "poet");
    assert.equal(code, 2);
    assert.match(
      stderr,
      /^arena route: No route is called "poet"; there is poets, nobody\. Did you mean poets\?/,
    );
  });

  for (const argv of [
    [],
    ["explain"],
    ["show", "poets"],
    ["explain", "poets", "cooks"],
    ["--loud"],
  ]) {
    it(`exits 2 for "${argv.join(" ")}"`, async () => {
      assert.equal((await call(...argv)).code, 2);
    });
  }

  it("explains itself", async () => {
    const { code, stdout } = await call("--help");
    assert.equal(code, 0);
    assert.match(stdout, /^arena route: /);
    assert.match(stdout, /--config FILE/);
    assert.match(stdout, /78 wrong file/);
  });
});
