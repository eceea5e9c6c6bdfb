import assert from "node:assert/strict";
import { inspect } from "node:util";
import { arenaFile } from "../../../test/fixtures/routed-server.ts";
import { testResources } from "../../../test/fixtures/test-resources.ts";
import { openEnvironment, readEnvironment } from "../../config/environment.ts";
import { silentLogger } from "../../data-models/request-context.ts";
import { ConfigurationError } from "../../errors/arena-error.ts";
import { createRoutedModel } from "./create-routed-model.ts";

describe("createRoutedModel", () => {
  const resources = testResources();
  const lab = `
account: admin-controlled
profiles:
  - {name: main, provider: openai, accessKey: k, allowedModels: [gpt-4o]}
  - {name: home, provider: ollama, allowedModels: [llava]}
workspaces: [{name: lab, profiles: [main]}]
routes:
  - {name: poems, candidates: [{profile: main, model: gpt-4o}]}
  - {name: art, candidates: [{profile: home, model: llava}]}
  - {name: seen, model: llava}
`;

  function create(text: string, given: Readonly<Record<string, string>> = {}) {
    const file = arenaFile(resources, text);
    const settings = readEnvironment(undefined, { ROUTE: "poems", CONFIG_FILE: file, ...given });
    return createRoutedModel(settings, silentLogger, openEnvironment(given));
  }

  /** What keeps the model from being made. */
  async function problemsOf(
    text: string,
    given?: Readonly<Record<string, string>>,
  ): Promise<readonly string[]> {
    const error = await create(text, given).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof ConfigurationError, inspect(error));
    return error.problems.map(({ name, message }) => `${name}: ${message}`);
  }

  for (const [what, given, expected] of [
    [
      "a route that is not there",
      { ROUTE: "poem" },
      /^ROUTE: No route is called "poem"; .*mean poems\?/,
    ],
    [
      "a workspace that is not there",
      { PROFILE_WORKSPACE: "lap" },
      /^PROFILE_WORKSPACE: There is no workspace "lap"\. Did you mean "lab"\?/,
    ],
    [
      "nobody's workspace",
      {},
      /^ROUTE: nobody on the route "poems" may be asked \(main\/gpt-4o: .*scope.*a workspace has to be named/,
    ],
    [
      "a profile that the workspace has not, and what would work",
      { ROUTE: "art", PROFILE_WORKSPACE: "lab" },
      /^ROUTE: .*home\/llava: the profile is not in this caller's scope.*"llava" is not allowed by the list of workspace "lab"\. Allowed: gpt-4o\. /,
    ],
    [
      "a model that no profile of the workspace allows, and what would work",
      { ROUTE: "seen", PROFILE_WORKSPACE: "lab" },
      /^ROUTE: .*main\/llava: allowedModels does not have it\).*"llava" is not allowed by the list of workspace "lab"\. Allowed: gpt-4o\. /,
    ],
  ] as const satisfies readonly [string, Readonly<Record<string, string>>, RegExp][]) {
    it(`names ${what}`, async () => {
      const problems = await problemsOf(lab, given);
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? "", expected);
    });
  }

  it("names models of all routes that no profile has, whichever is served", async () => {
    const text = `${lab}  - {name: long, model: lava}\n  - {name: old, model: gpt-4o, fallbackModels: [gpt-4p]}\n`;
    const problems = await problemsOf(text, { PROFILE_WORKSPACE: "lab" });
    assert.equal(problems.length, 2);
    assert.match(problems[0] ?? "", /^routes\[3\]\.model: .*"lava".*Did you mean llava\?/);
    assert.match(problems[1] ?? "", /^routes\[4\]\.fallbackModels\[0\]: .*Did you mean gpt-4o\?/);
  });

  it("names what is wrong with the variables of AZURE_OPENAI_MODELS", async () => {
    const wrong = await problemsOf("routes: [{name: poems, model: gpt-4o}]", {
      AZURE_OPENAI_MODELS: "gpt-4o",
      AZURE_OPENAI_API_TYPE__gpt: "azure",
    });
    assert.ok(wrong.some((problem) => problem.startsWith("AZURE_OPENAI_API_KEY__gpt-4o: ")));
    assert.ok(wrong.some((problem) => problem.startsWith("AZURE_OPENAI_API_TYPE__gpt: ")));
    assert.ok(!wrong.some((problem) => problem.startsWith("routes")));
  });

  it("says what the route's candidates can see", async () => {
    const text = `
profiles:
  - {name: main, provider: openai, accessKey: k}
routes:
  - {name: old, candidates: [{profile: main, model: gpt-4o}, {profile: main, model: gpt-3.5-turbo}]}
  - {name: blind, candidates: [{profile: main, model: gpt-3.5-turbo}]}
`;
    assert.equal((await create(text, { ROUTE: "old" })).getModelDefinition().canImage, true);
    assert.equal((await create(text, { ROUTE: "blind" })).getModelDefinition().canImage, false);
  });
});
