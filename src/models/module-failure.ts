import { asSentence } from "../errors/full-stop.ts";
import { messageOf } from "../errors/reason-of.ts";

/** Says why a model's module could not be imported, and what to do. */
export function explainImportFailure(model: string, thrown: unknown): string {
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
