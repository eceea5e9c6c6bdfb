import type { Terminal } from "../../client/terminal.ts";
import { ConfigurationError } from "../../errors/configuration-error.ts";
import type { ArenaConfig } from "../../profiles/arena-config.ts";
import type { ConfigFile } from "../../profiles/load-arena-config.ts";
import { printable } from "../sessions/printable.ts";
import { keyOrigin } from "./key-origin.ts";
import { requireConfig } from "./require-config.ts";

/** `EX_CONFIG` of sysexits.h. */
const wrongFile = 78;

/**
 * Says what the file says, and what it may have meant otherwise.
 * @throws ConfigurationError with everything that is wrong; as JSON it is written instead
 */
export function validateConfig(file: ConfigFile, isJson: boolean, terminal: Terminal): number {
  try {
    const { file: name, config, extra } = requireConfig(file);
    const notes = notesOn(config);
    const { account, ceiling, profiles, workspaces, users } = config;
    const summary = {
      account,
      ceiling,
      profiles: profiles.map((profile) => profile.name),
      workspaces: workspaces.map((workspace) => workspace.name),
      users: users.map(({ user, workspace }) => `${user} in ${workspace}`),
      routes: (extra.routes ?? []).map((route) => route.name),
      prices: Object.keys(extra.prices ?? {}),
    };
    const text = isJson
      ? JSON.stringify({ file: name, ...summary, notes, problems: [] })
      : [`${name} is right.`, ...summaryLines(summary), ...notes.map((note) => `  ! ${note}`)]
          .map((line) => printable(line))
          .join("\n");
    terminal.stdout.write(`${text}\n`);
    return 0;
  } catch (error) {
    if (!isJson || !(error instanceof ConfigurationError)) throw error;
    terminal.stdout.write(`${JSON.stringify({ problems: error.problems })}\n`);
    return wrongFile;
  }
}

function summaryLines(summary: Readonly<Record<string, string | boolean | readonly string[]>>) {
  return Object.entries(summary).map(([key, value]) => {
    const label = `  ${key.padEnd(10)}  `;
    if (!Array.isArray(value)) return `${label}${String(value)}`;
    return `${label}${value.length === 0 ? "none" : `${value.length}: ${value.join(", ")}`}`;
  });
}

/** What is allowed and seldom meant. */
function notesOn({ account, profiles, workspaces, users }: ArenaConfig): string[] {
  const lists = [...workspaces, ...users].flatMap((list) => list.profiles);
  const unused =
    account === "admin-controlled" ? profiles.filter(({ name }) => !lists.includes(name)) : [];
  const plain = profiles.filter((profile) => keyOrigin(profile) === "text in the file");
  return [
    ...unused.map(({ name }) => `${name} is in nobody's list, so nobody can use it`),
    ...plain.map(
      ({ name }) => `the key of ${name} stands in the file; "{Env:NAME}" would keep it out`,
    ),
  ];
}
