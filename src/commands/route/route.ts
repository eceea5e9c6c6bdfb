import { RouteNotFoundError, UnknownWorkspaceError } from "../../errors/route-errors.ts";
import type { RouteScope } from "../../routing/plan/candidate.ts";
import type { ExplainedCandidate, RouteExplanation } from "../../routing/plan/route-explanation.ts";
import type { Router } from "../../routing/router.ts";
import type { Terminal } from "../command.ts";
import { CommandError, parseArguments, runCommand } from "../command.ts";
import { priceText } from "./price-text.ts";

const help = `arena route: shows what a route of arena.yaml does

  arena route explain ROUTE   who would be asked, in order, and who not and why
    --model MODEL             for this model in the place of the route's own
    --user USER               for this user's profiles (default: PROFILE_USER)
    --workspace WORKSPACE     for this workspace's profiles (default: PROFILE_WORKSPACE)
    --json                    as JSON
    --config FILE             the file, as CONFIG_FILE; default: the setting, or arena.yaml if it is there
  -h, --help                  this text

Nobody is called. Prices are US dollars per million tokens of question and answer;
"?" is not known. Speeds and breakers are those of this process, so a server that
runs may have measured others.

Exit code: 0 somebody would be asked, 1 nobody would, 2 wrong command line, 78 wrong file.
`;

const options = {
  model: { type: "string" },
  user: { type: "string" },
  workspace: { type: "string" },
  json: { type: "boolean" },
  config: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/** A router, and for whom it is asked where nobody says so. */
export interface OpenedRouter {
  readonly router: Router;
  readonly scope: RouteScope;
}

/** Makes the router of this file, or of the one that the settings name. @throws ConfigurationError when it is wrong */
export type OpenRouter = (config: string | undefined) => Promise<OpenedRouter>;

/** `arena route`: explains a route; returns the exit code. @throws ConfigurationError when the file is wrong */
export function runRoute(
  argv: readonly string[],
  terminal: Terminal,
  openRouter: OpenRouter,
): Promise<number> {
  return runCommand("route", terminal, async () => {
    const { values, positionals } = parseArguments({
      args: [...argv],
      options,
      allowPositionals: true,
    });
    if (values.help) {
      terminal.stdout.write(help);
      return 0;
    }
    const [subcommand, route, ...rest] = positionals;
    if (subcommand !== "explain" || !route || rest.length > 0) {
      throw new CommandError(
        2,
        `expected "explain ROUTE", got ${JSON.stringify(argv.join(" "))}; see --help.`,
      );
    }
    const { router, scope: usual } = await openRouter(values.config);
    const { user = usual.user, workspace = usual.workspace } = values;
    const scope = { user, workspace };
    const explanation = await router
      .explain({ route, scope, model: values.model })
      .catch((error: unknown) => {
        if (error instanceof RouteNotFoundError || error instanceof UnknownWorkspaceError) {
          throw new CommandError(2, error.message);
        }
        throw error;
      });
    terminal.stdout.write(
      values.json ? `${JSON.stringify(explanation, null, 2)}\n` : toText(explanation),
    );
    const { error } = explanation;
    if (error && !values.json) throw new CommandError(1, `${error.code}: ${error.message}`);
    return explanation.candidates.some(({ skipped }) => skipped === null) ? 0 : 1;
  });
}

function toText({ route, order, candidates }: RouteExplanation): string {
  const by = [
    order.provider === null ? "" : `${order.provider} first`,
    order.speedPriority === null
      ? "as written"
      : order.speedPriority === "low"
        ? "cheapest first"
        : "fastest first",
  ];
  const rows = [
    ["", "profile", "provider", "model", "price in/out", "tokens/s", "first token", "breaker", ""],
    ...candidates.map((candidate, index) => toRow(candidate, numberOf(candidates, index))),
  ];
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths?.[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return `Route ${route}: ${by.filter(Boolean).join(", then ")}\n\n${lines.join("\n")}\n`;
}

/** The place in the order; none for who is not asked. */
function numberOf(candidates: readonly ExplainedCandidate[], index: number): string {
  if (candidates[index]?.skipped !== null) return "-";
  return `${candidates.slice(0, index + 1).filter(({ skipped }) => skipped === null).length}.`;
}

function toRow(candidate: ExplainedCandidate, number: string): string[] {
  const { profile, provider, model, price, speed, breaker, skipped, isFallback } = candidate;
  return [
    number,
    profile,
    provider ?? "?",
    model,
    priceText(price),
    speed.tokensPerSecond === null
      ? "?"
      : `${Math.round(speed.tokensPerSecond)}${speed.isMeasured ? "" : " (table)"}`,
    speed.firstTokenMs === null ? "?" : `${Math.round(speed.firstTokenMs)} ms`,
    breaker ?? "",
    skipped === null ? (isFallback ? "fallback" : "") : `skipped: ${skipped}`,
  ];
}
