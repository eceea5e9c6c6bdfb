import assert from "node:assert/strict";
import { HttpStandIn } from "../../test/fixtures/http-stand-in.ts";
import { arenaFile } from "../../test/fixtures/routed-server.ts";
import { testResources } from "../../test/fixtures/test-resources.ts";
import { openEnvironment } from "../config/environment.ts";
import { silentLogger } from "../data-models/request-context.ts";
import { ModelNotAllowedError, UnknownModelError } from "../errors/route-errors.ts";
import { CollectedProblems } from "./collected-problems.ts";
import { explainModel } from "./explain-model.ts";
import { loadAccess } from "./load-access.ts";
import { openRouter } from "./open-router.ts";

describe("a router of arena.yaml", () => {
  const resources = testResources();
  let vendor: HttpStandIn;
  let text: string;
  beforeEach(async () => {
    vendor = resources.use(await HttpStandIn.start(() => "drop"));
    const accessInfo = `{baseUrl: "${vendor.origin}/v1"}`;
    text = `
account: admin-controlled
profiles:
  - {name: home, provider: ollama, accessInfo: ${accessInfo}, allowedModels: [llama3.2, "phi*"]}
  - {name: other, provider: vllm, accessInfo: ${accessInfo}, allowedModels: [qwen]}
  - {name: open, provider: openai, accessInfo: ${accessInfo}, accessKey: k}
workspaces: [{name: lab, profiles: [home]}, {name: art, profiles: [open]}, {name: far, profiles: [other]}]
users: [{user: ada, workspace: lab, profiles: [other]}]
routes: [{name: r, model: llama3.2}, {name: c, candidates: [{profile: other, model: qwen}]}]
`;
  });

  const allowed = (model: string, who: string, instead: string) =>
    new ModelNotAllowedError(model, `by ${who}`, `Allowed: ${instead}.`);
  const lab = 'the list of workspace "lab"';
  const ada = `the list of user "ada", which supersedes ${lab}`;

  for (const [what, question, expected] of [
    [
      "a model of another workspace's",
      { route: "r", model: "qwen", user: null, workspace: "lab" },
      allowed("qwen", lab, "llama3.2, phi*"),
    ],
    [
      "the route's own model, which the user's list has not",
      { route: "r", user: "ada", workspace: "lab" },
      allowed("llama3.2", ada, "qwen"),
    ],
    [
      "a route's candidates out of scope",
      { route: "c", user: null, workspace: "lab" },
      allowed("qwen", lab, "llama3.2, phi*"),
    ],
    [
      "a model that nobody has",
      { route: "r", model: "claude-3-5-sonnet", user: null, workspace: "lab" },
      new UnknownModelError("claude-3-5-sonnet", "Allowed: llama3.2, phi*."),
    ],
    [
      "a model that other vendors sell, at a profile that allows all",
      { route: "r", model: "claude-3-5-sonnet", user: null, workspace: "art" },
      new UnknownModelError("claude-3-5-sonnet", "Allowed: all models of OpenAI."),
    ],
    [
      "a misspelt model, which whoever allows all may have for all that is known",
      { route: "r", model: "qwem", user: null, workspace: "far" },
      new ModelNotAllowedError(
        "qwem",
        'by the list of workspace "far"',
        "Allowed: qwen. Did you mean qwen?",
      ),
    ],
  ] as const) {
    it(`refuses ${what}, before anybody is called, and explains it in the same words`, async () => {
      const file = { path: arenaFile(resources, text), setting: "CONFIG_FILE" };
      const environment = openEnvironment({});
      const router = openRouter({ file, environment, logger: silentLogger });
      const { user, workspace, ...rest } = question;
      const asked = { ...rest, scope: { user, workspace } };
      const { code, message, name } = expected;
      const request = { messages: [{ role: "user" as const, content: "Hello" }] };
      const { signal } = new AbortController();
      const context = { signal, deadline: new Date(0) };
      await assert.rejects(router.call(asked, request, context), { name, code, message });
      assert.deepEqual((await router.explain(asked)).error, { code, message });
      const loaded = loadAccess(file, environment, new CollectedProblems());
      assert.ok(loaded);
      const model = /"([^"]+)"/.exec(message)?.[1] ?? "";
      const explained = await explainModel(loaded, model, asked.scope);
      assert.deepEqual(explained.error, { code, message });
      assert.deepEqual(vendor.requests, []);
    });
  }
});
