import type { LoadedAccess } from "../../access/load-access.ts";
import { ConfigurationError } from "../../errors/arena-error.ts";
import { printable } from "../../text/printable.ts";
import type { Terminal } from "../command.ts";
import { keyOrigin, textInFile } from "./key-origin.ts";

/** `EX_CONFIG` of sysexits.h. */
const wrongFile = 78;

/**
 * Says what the file says, and what it may have meant otherwise.
 * @throws ConfigurationError with everything that is wrong; as JSON it is written instead
 */
export function validateConfig(
  load: () => LoadedAccess,
  isJson: boolean,
  terminal: Terminal,
): number {
  try {
    const loaded = load();
    const { file: name, routes, prices } = loaded;
    const notes = notesOn(loaded);
    const { account, ceiling, profiles, workspaces, users } = loaded.config;
    const summary = {
      account,
      ceiling,
      profiles: profiles.map((profile) => profile.name),
      workspaces: workspaces.map((workspace) => workspace.name),
      users: users.map(({ user, workspace }) => `${user} in ${workspace}`),
      routes: routes.map((route) => route.name),
      prices: Object.keys(prices),
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
function notesOn({ config, azure }: LoadedAccess): string[] {
  const { account, profiles, workspaces, users } = config;
  const lists = [...workspaces, ...users].flatMap((list) => list.profiles);
  const unused =
    account === "admin-controlled" ? profiles.filter(({ name }) => !lists.includes(name)) : [];
  const plain = profiles.filter((profile) => keyOrigin(profile, azure) === textInFile);
  return [
    ...unused.map(({ name }) => `${name} is in nobody's list, so nobody can use it`),
    ...plain.map(
      ({ name }) => `the key of ${name} stands in the file; "{Env:NAME}" would keep it out`,
    ),
  ];
}
