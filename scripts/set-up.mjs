// Makes `npm start` and `npm test` work right after a clone: installs what is
// missing and builds what is out of date. Plain JavaScript, because it may run
// on an older Node than the one it installs.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

if (!isInstalled()) run("npm", ["ci"]);
if (!isBuilt()) run("npm", ["run", "--silent", "build"]);

function isInstalled() {
  return (
    existsSync("node_modules/.package-lock.json") &&
    !isOlder("node_modules/.package-lock.json", "package-lock.json")
  );
}

function isBuilt() {
  if (!existsSync("dist/cli.js")) return false;
  return !sources("src").some((file) => isOlder("dist/cli.js", file));
}

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return path.endsWith(".ts") && !path.endsWith(".spec.ts") ? [path] : [];
  });
}

function isOlder(file, than) {
  return statSync(file).mtimeMs < statSync(than).mtimeMs;
}

function run(command, args) {
  console.error(`> ${command} ${args.join(" ")}`);
  const { status } = spawnSync(command, args, { stdio: ["ignore", 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}
