import { registerHooks } from "node:module";
import { extname } from "node:path";
import { pathToFileURL } from "node:url";

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
export function resolveOwnPackage(): () => void {
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
export async function importFrom(specifier: string, directory: string): Promise<unknown> {
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
  return new URL(`../${entry}${extname(import.meta.url)}`, import.meta.url).href;
}
