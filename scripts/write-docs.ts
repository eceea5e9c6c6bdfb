// Writes docs/configuration.md and .env.example from the settings' schema.
import { writeFileSync } from "node:fs";
import { ZodDefault, ZodOptional, type ZodType } from "zod";
import { secretSettings, settingAliases, settingGroups } from "../src/config/settings.ts";

interface Row {
  readonly name: string;
  readonly alias: string | undefined;
  readonly defaultValue: string | undefined;
  readonly description: string;
}

const intro = `# Configuration

All settings are environment variables. A file \`.env\` in the working directory
is read as well; what the environment sets wins, and an empty value counts as
not set. A wrong value ends the start before any port opens, with exit code 78
and all the problems at once. \`arena models\` shows which settings a model needs.`;

const others = `## Variables of others

Settings of vaults and vendors are read as well, from the environment or \`.env\`: those
of [AWS, Azure and HashiCorp Vault](profiles.md#where-keys-may-be), whatever \`{Env:NAME}\`
names, and \`AZURE_OPENAI_MODELS\` with [its five variables per model](routing.md#who-is-asked).`;

const groups = Object.entries(settingGroups).map(([heading, settings]) => ({
  heading,
  rows: Object.entries(settings).map(([name, schema]) => toRow(name, schema)),
}));

writeFileSync("docs/configuration.md", configurationPage());
writeFileSync(".env.example", exampleFile());

function toRow(name: string, schema: ZodType): Row {
  const [, alias] = Object.entries(settingAliases).find(([setting]) => setting === name) ?? [];
  const defaultValue = schema instanceof ZodDefault ? String(schema.def.defaultValue) : undefined;
  if (!(schema instanceof ZodDefault || schema instanceof ZodOptional) || !schema.description) {
    throw new TypeError(`${name} needs a default or optional(), and a description`);
  }
  return { name, alias, defaultValue, description: schema.description };
}

function configurationPage(): string {
  const tables = groups.map(({ heading, rows }) => {
    const lines = rows.map(({ name, alias, defaultValue, description }) => {
      const names = alias ? `\`${name}\`, \`${alias}\`` : `\`${name}\``;
      const value = defaultValue === undefined ? "" : `\`${defaultValue}\``;
      return `| ${names} | ${value} | ${description.replaceAll("|", "\\|")} |`;
    });
    return `## ${heading}\n\n| variable | default | what it does |\n|---|---|---|\n${lines.join("\n")}`;
  });
  return `<!-- Written by "npm run generate" from src/config/settings.ts. -->\n${[intro, ...tables, others].join("\n\n")}\n`;
}

function exampleFile(): string {
  const sections = groups.map(({ heading, rows }) => {
    const lines = rows.map(({ name, defaultValue, description }) => {
      const secret = secretSettings.has(name) ? " Keep it out of the repository." : "";
      return `# ${description}${secret}\n# ${name}=${defaultValue ?? ""}`;
    });
    return `# ── ${heading} ${"─".repeat(Math.max(0, 70 - heading.length))}\n\n${lines.join("\n\n")}`;
  });
  const head = `# Copy this file to .env and take the # away where you set a value. What the
# environment sets wins. Written by "npm run generate".`;
  return `${[head, ...sections].join("\n\n")}\n`;
}
