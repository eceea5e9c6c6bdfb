import { CommandError } from "../../client/command-error.ts";
import type { Terminal } from "../../client/terminal.ts";
import { UnknownWorkspaceError } from "../../errors/unknown-workspace-error.ts";
import {
  type AccessDecision,
  type AccessQuestion,
  AccessRules,
} from "../../profiles/access-rules.ts";
import type { ConfigFile } from "../../profiles/load-arena-config.ts";
import { alignColumns, type Column } from "../sessions/align-columns.ts";
import { printable } from "../sessions/printable.ts";
import { requireConfig } from "./require-config.ts";

const columns: readonly Column[] = ["", "PROFILE", "PROVIDER", "MODEL", "WHY"].map((heading) => ({
  heading,
  side: "left",
}));

/** One profile and what becomes of it. */
interface Row {
  readonly profile: string;
  readonly provider: string;
  readonly verdict: "wins" | "next" | "skipped";
  /** As the provider knows it; null where the profile may not be used. */
  readonly model: string | null;
  readonly reason: string;
}

/** Says which profile would answer, and why the others do not. @throws CommandError when none would */
export function explainAccess(
  file: ConfigFile,
  question: AccessQuestion,
  isJson: boolean,
  terminal: Terminal,
): number {
  const decision = decide(new AccessRules(requireConfig(file).config), question);
  const { source, error } = decision;
  const rows = toRows(decision);
  if (isJson) {
    const { user = null, workspace = null, model } = question;
    const problem = error && { code: error.code, message: error.message };
    const answer = { user, workspace, model, decidedBy: source, profiles: rows, error: problem };
    terminal.stdout.write(`${JSON.stringify(answer)}\n`);
    return error ? 1 : 0;
  }
  const table = alignColumns(columns, rows.map(toCells));
  const lines = [`Decided by ${source}.`, "", ...(rows.length > 0 ? table : [])];
  terminal.stdout.write(
    `${lines
      .map((line) => printable(line))
      .join("\n")
      .trimEnd()}\n`,
  );
  if (error) throw new CommandError(1, `${error.code}: ${error.message}`);
  return 0;
}

function decide(rules: AccessRules, question: AccessQuestion): AccessDecision {
  try {
    return rules.explain(question);
  } catch (error) {
    if (!(error instanceof UnknownWorkspaceError)) throw error;
    throw new CommandError(1, `${error.code}: ${error.message}`);
  }
}

function toRows({ grants, refusals }: AccessDecision): Row[] {
  return [
    ...grants.map(({ profile, model, reason }, index) => ({
      profile: profile.name,
      provider: profile.provider,
      verdict: index === 0 ? ("wins" as const) : ("next" as const),
      model,
      reason,
    })),
    ...refusals.map(({ profile, reason }) => ({
      profile: profile.name,
      provider: profile.provider,
      verdict: "skipped" as const,
      model: null,
      reason,
    })),
  ];
}

function toCells({ profile, provider, verdict, model, reason }: Row): string[] {
  return [verdict, profile, provider, model ?? "", reason].map((cell) => printable(cell));
}
