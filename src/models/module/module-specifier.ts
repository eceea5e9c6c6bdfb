import { existsSync, statSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { ConfigurationProblem } from "../../errors/arena-error.ts";

/** Whether MODEL is the path of a module, not the name of a built-in or a package. */
export function isModulePath(model: string): boolean {
  return /^[./]|^[a-z]:[\\/]|\.[cm]?[jt]s$/i.test(model);
}

/**
 * Says what is wrong with a module's path without importing it; "unknown" when
 * the name is neither a path nor that of a package installed in `directory`.
 */
export function moduleProblem(
  model: string,
  directory: string,
): ConfigurationProblem | "unknown" | undefined {
  if (!isModulePath(model)) return isInstalled(model, directory) ? undefined : "unknown";
  const path = resolve(directory, model);
  if (!existsSync(path)) {
    const extension = [".ts", ".js", ".mjs"].find((candidate) => existsSync(path + candidate));
    const guess = extension === undefined ? "" : ` Did you mean ${model}${extension}?`;
    return { name: "MODEL", message: `no file at ${path}.${guess}` };
  }
  if (statSync(path).isFile()) return undefined;
  return { name: "MODEL", message: `${path} is a folder; give the path of a module in it` };
}

function isInstalled(name: string, directory: string): boolean {
  if (!/^(@[\w.-]+\/)?[\w-][\w.-]*(\/.*)?$/.test(name)) return false;
  try {
    return findPackageJSON(name, pathToFileURL(join(directory, "package.json"))) !== undefined;
  } catch {
    return false;
  }
}
