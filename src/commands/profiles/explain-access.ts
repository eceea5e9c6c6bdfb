import type { AccessQuestion } from "../../access/access-rules.ts";
import {
  type ExplainedProfile,
  explainModel,
  type ModelExplanation,
} from "../../access/explain-model.ts";
import type { LoadedAccess } from "../../access/load-access.ts";
import { UnknownWorkspaceError } from "../../errors/route-errors.ts";
import { printable } from "../../text/printable.ts";
import type { Terminal } from "../command.ts";
import { CommandError } from "../command.ts";
import { priceText } from "../route/price-text.ts";
import { alignColumns, type Column } from "../sessions/align-columns.ts";

const columns: readonly Column[] = ["", "PROFILE", "PROVIDER", "MODEL", "PRICE IN/OUT", "WHY"].map(
  (heading) => ({ heading, side: "left" }),
);

const order =
  'A route by this model asks them in this order: the cheapest first, then as listed. "arena route explain ROUTE" shows a route\'s own.';

/** Says which profile would answer, and why the others do not. @throws CommandError when none would */
export async function explainAccess(
  loaded: LoadedAccess,
  { model, ...asker }: AccessQuestion,
  isJson: boolean,
  terminal: Terminal,
): Promise<number> {
  const { user = null, workspace = null } = asker;
  const { decidedBy, profiles, error } = await explain(loaded, model, { user, workspace });
  if (isJson) {
    const answer = { user, workspace, model, decidedBy, profiles, error };
    terminal.stdout.write(`${JSON.stringify(answer)}\n`);
    return error ? 1 : 0;
  }
  const isOrdered = profiles.some(({ verdict }) => verdict === "next");
  const lines = [
    `Decided by ${decidedBy}.`,
    ...(isOrdered ? [order] : []),
    "",
    ...(profiles.length > 0 ? alignColumns(columns, profiles.map(toCells)) : []),
  ];
  terminal.stdout.write(
    `${lines
      .map((line) => printable(line))
      .join("\n")
      .trimEnd()}\n`,
  );
  if (error) throw new CommandError(1, `${error.code}: ${error.message}`);
  return 0;
}

async function explain(
  ...[loaded, model, scope]: Parameters<typeof explainModel>
): Promise<ModelExplanation> {
  try {
    return await explainModel(loaded, model, scope);
  } catch (error) {
    if (!(error instanceof UnknownWorkspaceError)) throw error;
    throw new CommandError(1, `${error.code}: ${error.message}`);
  }
}

function toCells({ profile, provider, verdict, model, price, reason }: ExplainedProfile): string[] {
  const cost = verdict === "skipped" ? "" : priceText(price);
  return [verdict, profile, provider, model ?? "", cost, reason].map((cell) => printable(cell));
}
