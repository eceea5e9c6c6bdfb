import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { messageOf, reasonOf } from "../errors/reason-of.ts";
import { AdaptedModel, type ModelLike } from "./adapted-model.ts";
import { AIModel } from "./ai-model.ts";
import { modelError } from "./definition-of.ts";
import { explainImportFailure } from "./module-failure.ts";
import { importFrom, resolveOwnPackage } from "./module-resolution.ts";
import { isModulePath } from "./module-specifier.ts";

/**
 * Builds the model that a module's default export is: a class with AIModel's
 * two methods, or a ready instance. `model` is a path or an installed package,
 * seen from `directory`.
 * @throws ConfigurationError that says what is wrong with the module
 */
export async function loadModule(model: string, directory: string): Promise<AIModel> {
  const isPath = isModulePath(model);
  const specifier = isPath ? pathToFileURL(resolve(directory, model)).href : model;
  // It stays: the model may import the package later, too.
  const stopResolving = resolveOwnPackage();
  try {
    const namespace: unknown = isPath
      ? await import(specifier)
      : await importFrom(specifier, directory);
    return createInstance(model, defaultExportOf(namespace));
  } catch (thrown) {
    stopResolving();
    throw thrown instanceof ConfigurationError
      ? thrown
      : modelError(explainImportFailure(model, thrown), thrown);
  }
}

function defaultExportOf(namespace: unknown): unknown {
  const value = memberOf(namespace, "default");
  // A module that was compiled to CommonJS has its default export inside.
  return memberOf(value, "__esModule") === true ? memberOf(value, "default") : value;
}

function createInstance(model: string, exported: unknown): AIModel {
  if (exported === undefined) {
    throw modelError(
      `${model} has no default export; write "export default class … extends AIModel"`,
    );
  }
  const instance = isClass(exported) ? construct(model, exported) : exported;
  if (!isModelLike(instance)) {
    const missing = requiredMethods.filter(
      (name) => typeof memberOf(instance, name) !== "function",
    );
    throw modelError(
      `the default export of ${model} is not a model: it has no method ${missing.join(" and no method ")}`,
    );
  }
  const order: unknown = instance.sessionOrder ?? "concurrent";
  if (order !== "concurrent" && order !== "serial") {
    throw modelError(
      `sessionOrder of ${model} is ${reasonOf(order)}; expected "concurrent" or "serial"`,
    );
  }
  return instance instanceof AIModel ? instance : new AdaptedModel(instance);
}

type Constructor = new () => unknown;

function isClass(value: unknown): value is Constructor {
  if (typeof value !== "function") return false;
  return /^class\b/.test(Function.prototype.toString.call(value)) || isModelLike(value.prototype);
}

function construct(model: string, Model: Constructor): unknown {
  try {
    return new Model();
  } catch (thrown) {
    throw modelError(`the constructor of ${model} failed: ${messageOf(thrown)}`, thrown);
  }
}

const requiredMethods = ["getModelDefinition", "getResponse"] as const;

// Not instanceof: the module may have imported another copy of this package.
function isModelLike(value: unknown): value is ModelLike {
  return requiredMethods.every((name) => typeof memberOf(value, name) === "function");
}

function memberOf(value: unknown, name: string): unknown {
  if ((typeof value !== "object" && typeof value !== "function") || value === null)
    return undefined;
  return Reflect.get(value, name);
}
