import { registerHooks } from "node:module";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { RequestContext } from "../../data-models/request-context.ts";
import type { ModelDefinition, TaskInput, TaskOutput } from "../../data-models/task.ts";
import { ConfigurationError } from "../../errors/arena-error.ts";
import { asSentence } from "../../text/full-stop.ts";
import { messageOf, reasonOf } from "../../text/reason-of.ts";
import { AIModel, type SessionOrder } from "../ai-model.ts";
import { modelError } from "./definition-of.ts";
import { isModulePath } from "./module-specifier.ts";

/** Whatever has an AIModel's two methods, and perhaps the rest. */
type ModelLike = Pick<AIModel, "getModelDefinition" | "getResponse"> & Partial<AIModel>;

/** Gives a model that is no AIModel of this package the members that it may lack. */
class AdaptedModel extends AIModel {
  override readonly sessionOrder: SessionOrder;
  readonly #model: ModelLike;

  constructor(model: ModelLike) {
    super();
    this.#model = model;
    this.sessionOrder = model.sessionOrder ?? "concurrent";
    if (model.streamResponse) this.streamResponse = model.streamResponse.bind(model);
  }

  getModelDefinition(): ModelDefinition {
    return this.#model.getModelDefinition();
  }

  getResponse(input: TaskInput, context: RequestContext): Promise<TaskOutput> {
    return this.#model.getResponse(input, context);
  }

  override publishMetrics(metrics: unknown): void | Promise<void> {
    return this.#model.publishMetrics?.(metrics);
  }

  override start(): void | Promise<void> {
    return this.#model.start?.();
  }

  override stop(): void | Promise<void> {
    return this.#model.stop?.();
  }
}

/** This package's entries as a model's module imports them. */
const ownEntries: Readonly<Record<string, string>> = {
  "arena-model-server": "index",
  "arena-model-server/testing": "testing",
};

/**
 * Lets a module outside any installation import this package: where the name
 * cannot be resolved from the module's own place, it is the running server.
 * @returns a function that ends it
 */
function resolveOwnPackage(): () => void {
  const hooks = registerHooks({
    resolve: (specifier, context, nextResolve) => {
      const entry = ownEntries[specifier];
      if (entry === undefined) return nextResolve(specifier, context);
      try {
        return nextResolve(specifier, context);
      } catch {
        // Not by nextResolve: what resolves for `require` takes no URLs.
        return { url: ownURL(entry), shortCircuit: true };
      }
    },
  });
  return () => hooks.deregister();
}

/** Imports a package as a module in `directory` would. */
async function importFrom(specifier: string, directory: string): Promise<unknown> {
  const parentURL = pathToFileURL(`${directory}/`).href;
  const hooks = registerHooks({
    resolve: (name, context, nextResolve) =>
      nextResolve(name, name === specifier ? { ...context, parentURL } : context),
  });
  try {
    return await import(specifier);
  } finally {
    hooks.deregister();
  }
}

/** Sources run as .ts, the build as .js. */
function ownURL(entry: string): string {
  return new URL(`../../${entry}${extname(import.meta.url)}`, import.meta.url).href;
}

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

/** Says why a model's module could not be imported, and what to do. */
function explainImportFailure(model: string, thrown: unknown): string {
  const message = messageOf(thrown);
  switch (codeOf(thrown)) {
    case "ERR_MODULE_NOT_FOUND":
    case "MODULE_NOT_FOUND":
      return `${model} imports something that is not there: ${asSentence(firstLine(message))} Install the package (npm install NAME) or correct the path; a relative path ends in .ts or .js`;
    case "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX":
      return `${model} uses TypeScript that Node cannot run as it is: ${firstLine(message)} (${placeOf(thrown) ?? "see the module"}). Write it without enum, namespace and parameter properties, or compile the module to .js`;
    case "ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING":
      return `the package ${model} holds TypeScript; Node runs TypeScript outside node_modules only. Take a package that is compiled to .js`;
    case "ERR_UNKNOWN_FILE_EXTENSION":
      return `${model} is no JavaScript or TypeScript module: ${firstLine(message)}`;
    default:
      return explainOther(model, thrown, message);
  }
}

function explainOther(model: string, thrown: unknown, message: string): string {
  if (!(thrown instanceof SyntaxError)) return `${model} failed while it was loaded: ${message}`;
  if (/does not provide an export named|not found in module|Named export/.test(message)) {
    return `${model}: ${asSentence(firstLine(message))} If it is a type, import it with "import type"`;
  }
  return `${model}, or a module that it imports, has a syntax error: ${firstLine(message)} (${placeOf(thrown) ?? `node --check ${model} shows where`})`;
}

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? text;
}

/** File and line, which Node writes above the stack of what it could not parse. */
function placeOf(thrown: unknown): string | undefined {
  const head = thrown instanceof Error ? firstLine(thrown.stack ?? "") : "";
  return /:\d+$/.test(head) ? head : undefined;
}
