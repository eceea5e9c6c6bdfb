import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createRequestContext } from "../../../test/fixtures/request-context.ts";
import { Settings } from "../../config/settings.ts";
import { ConfigurationError } from "../../errors/arena-error.ts";
import { AIModel } from "../ai-model.ts";
import { createModel } from "../registry.ts";

const definition =
  "{ modelID: 'own', needsText: true, needsImage: false, canText: true, canImage: false }";
const methods = `
  getModelDefinition() { return ${definition}; }
  async getResponse() { return { text: "from " + this.name }; }
  name = "own";
`;

describe("loadModule", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "arena-module-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  };
  const load = (model: string) => createModel(Settings.parse({ MODEL: model }), directory);
  const ask = async (model: AIModel) => {
    const output = await model.getResponse({ messages: [] }, createRequestContext());
    return output.text;
  };
  const fails = async (model: string, problem: RegExp) => {
    await assert.rejects(load(model), (error) => {
      assert.ok(error instanceof ConfigurationError, String(error));
      assert.equal(error.problems.length, 1);
      assert.equal(error.problems[0]?.name, "MODEL");
      assert.match(error.message, problem);
      return true;
    });
  };

  it("builds a class in TypeScript that imports this package, outside any installation", async () => {
    write(
      "haiku.ts",
      `import { AIModel, ArenaError, type ModelDefinition } from "arena-model-server";
       export default class Haiku extends AIModel {
         override readonly sessionOrder = "serial";
         getModelDefinition(): ModelDefinition { return ${definition}; }
         async getResponse(): Promise<{ text: string }> {
           const later = await import("arena-model-server");
           return { text: String(later.ArenaError === ArenaError) };
         }
       }`,
    );
    const model = await load("./haiku.ts");
    assert.ok(model instanceof AIModel);
    assert.equal(model.sessionOrder, "serial");
    assert.equal(model.getModelDefinition().modelID, "own");
    assert.equal(await ask(model), "true");
  });

  it("lets such a module import the test kit, too", async () => {
    write(
      "kit.mjs",
      `import { ScriptedModel } from "arena-model-server/testing";
       export default new ScriptedModel({ answer: "from the kit" });`,
    );
    assert.equal(await ask(await load("./kit.mjs")), "from the kit");
  });

  it("takes relative and absolute paths, in .js and .mjs, in both module systems", async () => {
    write("model.mjs", `export default class { ${methods} }`);
    write("package.json", `{ "type": "commonjs" }`);
    write("folder/model.js", `module.exports = class { ${methods} };`);
    write("compiled.cjs", `exports.__esModule = true; exports.default = class { ${methods} };`);
    for (const path of ["model.mjs", "./model.mjs", "folder/model.js", "./compiled.cjs"]) {
      assert.equal(await ask(await load(path)), "from own", path);
    }
    assert.equal(await ask(await load(join(directory, "model.mjs"))), "from own");
  });

  it("lets CommonJS import this package, outside any installation", async () => {
    write(
      "own.cjs",
      `const { AIModel } = require("arena-model-server");
       exports.__esModule = true;
       exports.default = class extends AIModel { ${methods} };`,
    );
    const model = await load("./own.cjs");
    assert.ok(model instanceof AIModel);
    assert.equal(await ask(model), "from own");
  });

  it("gives a class that is no AIModel what it lacks, and keeps what it has", async () => {
    write(
      "bare.mjs",
      `export default class { #secret = "inside"; ${methods} start() { this.name = this.#secret; } }`,
    );
    const model = await load("./bare.mjs");
    assert.equal(model.sessionOrder, "concurrent");
    await model.start();
    await model.publishMetrics({});
    await model.stop();
    assert.equal(await ask(model), "from inside");
  });

  it("takes a ready instance, methods in fields, and what was compiled to a function", async () => {
    write("instance.mjs", `class Own { ${methods} } export default new Own();`);
    write(
      "object.mjs",
      `export default { ${methods.replace('name = "own";', "").replaceAll("}\n", "},\n")} name: "object" };`,
    );
    write(
      "fields.mjs",
      `export default class { getModelDefinition = () => (${definition}); getResponse = async () => ({ text: "from fields" }); }`,
    );
    write(
      "old.mjs",
      `function Own() { this.name = "function"; }
       Own.prototype.getModelDefinition = () => (${definition});
       Own.prototype.getResponse = async function () { return { text: "from " + this.name }; };
       export default Own;`,
    );
    assert.equal(await ask(await load("./instance.mjs")), "from own");
    assert.equal(await ask(await load("./object.mjs")), "from object");
    assert.equal(await ask(await load("./fields.mjs")), "from fields");
    assert.equal(await ask(await load("./old.mjs")), "from function");
  });

  it("finds an installed package from the working directory", async () => {
    const install = (name: string, text: string) => {
      const exported = `{ "name": "${name}", "type": "module", "exports": { "import": "./main.js" } }`;
      write(`node_modules/${name}/package.json`, exported);
      write(
        `node_modules/${name}/main.js`,
        `import { AIModel } from "arena-model-server";
         export default class extends AIModel { ${methods.replace('"own"', `"${text}"`)} }`,
      );
    };
    install("my-model", "here");
    install("@scope/my-model", "scope");
    assert.equal(await ask(await load("my-model")), "from here");
    assert.equal(await ask(await load("@scope/my-model")), "from scope");
    const first = directory;
    directory = mkdtempSync(join(tmpdir(), "arena-module-"));
    install("my-model", "there");
    assert.equal(await ask(await load("my-model")), "from there");
    rmSync(first, { recursive: true });
  });

  it("says that there is no such file, and which one was meant", async () => {
    await fails("./haiku.ts", /no file at .*haiku\.ts/);
    write("haiku.ts", "");
    await fails("./haiku", /Did you mean \.\/haiku\.ts\?/);
    await fails("./", /is a folder/);
  });

  it("says what is wrong with the default export", async () => {
    write("none.mjs", `export class Haiku {}`);
    write("half.mjs", `export default class { getModelDefinition() {} }`);
    write("empty.mjs", `export default class {}`);
    write("function.mjs", `export default async function getResponse() {}`);
    write("text.mjs", `export default "hello";`);
    write("nothing.mjs", `export default null;`);
    await fails("./none.mjs", /no default export; write "export default class/);
    await fails("./half.mjs", /not a model: it has no method getResponse$/);
    await fails("./empty.mjs", /no method getModelDefinition and no method getResponse$/);
    await fails("./function.mjs", /no method getModelDefinition and/);
    await fails("./text.mjs", /no method getModelDefinition and/);
    await fails("./nothing.mjs", /no method getModelDefinition and/);
  });

  it("says that the constructor failed", async () => {
    write(
      "broken.mjs",
      `export default class { constructor() { throw new Error("no weights"); } ${methods} }`,
    );
    await fails("./broken.mjs", /constructor of \.\/broken\.mjs failed: no weights/);
  });

  it("takes no order of sessions that it does not know", async () => {
    write("order.mjs", `export default class { sessionOrder = "Serial"; ${methods} }`);
    await fails("./order.mjs", /sessionOrder of .*order\.mjs is 'Serial'; expected "concurrent"/);
  });

  it("says where a module cannot be parsed", async () => {
    write("broken.mjs", `export default class {\n  getResponse( {\n}`);
    write("broken.ts", `export default class {\n  getResponse( {\n}`);
    await fails("./broken.mjs", /syntax error: .*node --check \.\/broken\.mjs/);
    await fails("./broken.ts", /syntax error: .*broken\.ts:\d/);
  });

  it("says that Node cannot strip a kind of TypeScript", async () => {
    write("enum.ts", `enum Mood { Good }\nexport default class { ${methods} mood = Mood.Good }`);
    await fails("./enum.ts", /TypeScript that Node cannot run.*enum.*compile the module/i);
  });

  it("says that Node runs no TypeScript in an installed package", async () => {
    write("node_modules/typed/package.json", `{ "name": "typed", "exports": "./main.ts" }`);
    write("node_modules/typed/main.ts", `export default class { ${methods} }`);
    await fails("typed", /package typed holds TypeScript/);
  });

  it("says what a module imports in vain", async () => {
    write("lost.mjs", `import "no-such-package"; export default class { ${methods} }`);
    write(
      "type.ts",
      `import { AIModel, TaskInput } from "arena-model-server"; export default class extends AIModel { ${methods} }`,
    );
    write(
      "unknown.mjs",
      `import "arena-model-server/nothing"; export default class { ${methods} }`,
    );
    await fails(
      "./lost.mjs",
      /imports something that is not there: .*no-such-package.*npm install/,
    );
    await fails("./type.ts", /TaskInput.*"import type"/);
    await fails("./unknown.mjs", /arena-model-server/);
  });

  it("says that a module failed on its own, and what is no module", async () => {
    write("throws.mjs", `throw new Error("no GPU");`);
    write("rejects.mjs", `await Promise.reject("just text");`);
    write("object.mjs", `throw Object.create(null, { why: { value: 1, enumerable: true } });`);
    write("model.py", `class AIModel: pass`);
    await fails("./throws.mjs", /failed while it was loaded: no GPU/);
    await fails("./rejects.mjs", /failed while it was loaded: just text/);
    await fails("./object.mjs", /failed while it was loaded: .*why: 1/);
    await fails("./model.py", /no JavaScript or TypeScript module/);
  });
});
