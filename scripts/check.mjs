// Everything that must hold before a change lands, in the order of its price.
import { execFileSync, spawnSync } from "node:child_process";

const steps = [
  ["format and lint", "biome", ["check", "--error-on-warnings", "."]],
  ["types", "tsc", ["-p", "."]],
  ["generated files", "npm", ["run", "--silent", "generate"]],
  ["build", "npm", ["run", "--silent", "build"]],
  ["tests and dependency rules", "npm", ["test", "--silent"]],
];

for (const [name, command, args] of steps) {
  console.log(`\n── ${name}`);
  const before = name === "generated files" ? differences() : "";
  const { status } = spawnSync(command, args, { stdio: "inherit" });
  if (status !== 0) fail(name);
  if (name === "generated files" && differences() !== before) {
    console.error("Generated files were out of date. They are right now: commit them.");
    fail(name);
  }
}
console.log("\nAll checks passed.");

/** What git sees as changed in the places that are generated. */
function differences() {
  const places = ["src/generated", "docs/configuration.md", ".env.example", "schema"];
  return execFileSync("git", ["diff", "--", ...places], { encoding: "utf8" });
}

function fail(name) {
  console.error(`\n✖ ${name}`);
  process.exit(1);
}
