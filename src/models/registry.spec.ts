import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { inspect } from "node:util";
import { Settings } from "../config/settings.ts";
import { ConfigurationError } from "../errors/arena-error.ts";
import { createModel, modelProblems, models } from "./registry.ts";

describe("the models' registry", () => {
  const problemNames = (values: Record<string, string>) =>
    modelProblems(Settings.parse(values)).map(({ name }) => name);
  const everythingSet = {
    OPENAI_API_KEY: "key",
    AZURE_OPENAI_API_KEY: "key",
    AZURE_OPENAI_ENDPOINT: "https://example.openai.azure.com",
    AZURE_OPENAI_DEPLOYMENT: "my-gpt",
    LOCAL_MODEL: "llama3.2",
  };

  /** A route is made of arena.yaml, which is not here. */
  const fromSettings = Object.keys(models).filter((name) => name !== "routed");

  it("serves echo with no settings at all", async () => {
    assert.deepEqual(problemNames({}), []);
    assert.equal((await createModel(Settings.parse({}))).getModelDefinition().modelID, "echo");
  });

  it("builds every model when what it needs is set", async () => {
    for (const name of fromSettings) {
      const settings = Settings.parse({ ...everythingSet, MODEL: name });
      assert.deepEqual(modelProblems(settings), [], name);
      const definition = (await createModel(settings)).getModelDefinition();
      assert.deepEqual([definition.needsText, definition.needsImage], [true, false], name);
    }
  });

  it("keeps the names and modelIDs of the Python template (ARENA-4, ARENA-8)", async () => {
    const expected = {
      openai: ["GPT4_turbo", false],
      openai_image: ["GPT4_vision", true],
      o1: ["o1", true],
      o1mini: ["o1-mini", false],
      aalto: ["GPT4_turbo", false],
      aalto_image: ["GPT4_vision", true],
      aalto_gpt4o: ["GPT4_vision", true],
      aalto_gpt4_turbo: ["GPT4_turbo", false],
      aalto_gpt4_1: ["GPT4.1", true],
      aalto_gpt4o_mini: ["GPT4o-mini", false],
      aalto_o1: ["o1", true],
      aalto_o1mini: ["o1-mini", false],
      aalto_o3mini: ["o3-mini", false],
    };
    for (const [name, [modelID, canImage]] of Object.entries(expected)) {
      const model = await createModel(Settings.parse({ ...everythingSet, MODEL: name }));
      const definition = model.getModelDefinition();
      assert.deepEqual([definition.modelID, definition.canImage], [modelID, canImage], name);
    }
  });

  it("names azure and local after what they ask", async () => {
    for (const [name, modelID] of [
      ["azure", "my-gpt"],
      ["local", "llama3.2"],
    ]) {
      const model = await createModel(Settings.parse({ ...everythingSet, MODEL: name }));
      assert.equal(model.getModelDefinition().modelID, modelID);
    }
  });

  it("says which variable is missing and where its value comes from", () => {
    const [problem, ...others] = modelProblems(Settings.parse({ MODEL: "openai" }));
    assert.deepEqual(others, []);
    assert.equal(problem?.name, "OPENAI_API_KEY");
    assert.match(problem.message, /MODEL=openai.*platform\.openai\.com\/api-keys.*\.env/);
    assert.deepEqual(problemNames({ MODEL: "local" }), ["LOCAL_MODEL"]);
  });

  it("names all the missing variables at once", () => {
    assert.deepEqual(problemNames({ MODEL: "azure" }), [
      "AZURE_OPENAI_API_KEY",
      "AZURE_OPENAI_ENDPOINT",
      "AZURE_OPENAI_DEPLOYMENT",
    ]);
  });

  it("takes either way of addressing a deployment, and follows the one that was begun", () => {
    const [key, endpoint] = ["AZURE_OPENAI_API_KEY", "AZURE_OPENAI_ENDPOINT"];
    const gateway = { AZURE_OPENAI_BASE_URL: "https://gateway.example/gpt" };
    assert.deepEqual(problemNames({ MODEL: "azure", [key]: "key", ...gateway }), []);
    const begun = { MODEL: "azure", [key]: "key", [endpoint]: "https://example.org" };
    assert.deepEqual(problemNames(begun), ["AZURE_OPENAI_DEPLOYMENT"]);
    const [problem] = modelProblems(Settings.parse(begun));
    assert.match(problem?.message ?? "", /Instead you can set AZURE_OPENAI_BASE_URL\./);
  });

  it("takes the gateway's key from either variable", () => {
    assert.deepEqual(problemNames({ MODEL: "aalto", OPENAI_API_KEY: "key" }), []);
    assert.deepEqual(problemNames({ MODEL: "aalto", AZURE_OPENAI_API_KEY: "key" }), []);
    assert.deepEqual(problemNames({ MODEL: "aalto" }), ["AZURE_OPENAI_API_KEY"]);
  });

  it("lists the names when there is none of this name", async () => {
    const settings = Settings.parse({ MODEL: "opnai" });
    await assert.rejects(createModel(settings), (error) => {
      assert.ok(error instanceof ConfigurationError);
      assert.match(error.message, /MODEL: .*"opnai".*Did you mean openai\?.*aalto_o3mini/s);
      return true;
    });
    assert.deepEqual(problemNames({ MODEL: "toString" }), ["MODEL"]);
    assert.deepEqual(problemNames({ MODEL: "no such thing!" }), ["MODEL"]);
  });

  it("imports a vendor's SDK only for a model that needs one", () => {
    const importedBy = (name: string) => {
      const script = `
        import { registerHooks } from "node:module";
        const urls = [];
        registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) });
        const { createModel } = await import(${JSON.stringify(import.meta.resolve("./registry.ts"))});
        const { Settings } = await import(${JSON.stringify(import.meta.resolve("../config/settings.ts"))});
        const model = await createModel(Settings.parse(${JSON.stringify({ ...everythingSet, MODEL: name })}));
        await model.start();
        console.log(urls.filter((url) => /langchain|openai\\/index/.test(url)).length);
      `;
      const { stdout } = spawnSync(process.execPath, ["--input-type=module", "--eval", script]);
      return Number(stdout.toString());
    };
    assert.equal(importedBy("echo"), 0);
    assert.ok(importedBy("local") > 0);
  });

  it("shows no key in what a model shows of itself", async () => {
    for (const name of fromSettings) {
      const canary = "canary-4f1d";
      const keys = { OPENAI_API_KEY: canary, AZURE_OPENAI_API_KEY: canary, LOCAL_API_KEY: canary };
      const model = await createModel(Settings.parse({ ...everythingSet, ...keys, MODEL: name }));
      await model.start();
      const shown = inspect(model, { depth: 10, showHidden: true }) + JSON.stringify(model);
      assert.ok(!shown.includes(canary), name);
    }
  });
});
