// Compiles src to dist, from scratch, so that no file of an older build stays.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, rmSync } from "node:fs";

// npm prepares an installation without development packages as well.
if (process.env.npm_lifecycle_event === "prepare" && !existsSync("node_modules/.bin/tsc")) {
  console.error("Not built: the development packages are not installed.");
  process.exit(0);
}
rmSync("dist", { recursive: true, force: true });
const { status } = spawnSync("tsc", ["-p", "tsconfig.build.json"], { stdio: "inherit" });
if (status !== 0) process.exit(status ?? 1);
chmodSync("dist/cli.js", 0o755);
