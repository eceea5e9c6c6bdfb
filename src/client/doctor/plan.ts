import { CommandError } from "../command-error.ts";
import type { Check } from "./check.ts";
import { checks } from "./registry.ts";
import { type Rehearsal, rehearsals } from "./rehearsal.ts";

/** The name under which the rehearsals can be chosen. */
const ORCHESTRATORS = "orchestrators";

/** What an examination consists of. */
export interface Plan {
  readonly checks: readonly Check[];
  readonly rehearsals: readonly Rehearsal[];
}

/** Plans everything, or only these requirements. @throws CommandError for unknown ones */
export function makePlan(only: readonly string[] = []): Plan {
  const known = new Set([...checks.map(({ requirement }) => requirement), ORCHESTRATORS]);
  for (const name of only) {
    if (known.has(name)) continue;
    throw new CommandError(2, `--only ${name} is not known; there are ${[...known].join(", ")}.`);
  }
  if (only.length === 0) return { checks, rehearsals };
  return {
    checks: checks.filter(({ requirement }) => only.includes(requirement)),
    rehearsals: only.includes(ORCHESTRATORS) ? rehearsals : [],
  };
}

/** Whether a plan asks the model anything, beginning with the doctor's first question. */
export function asksModel({ checks, rehearsals }: Plan): boolean {
  const asking = checks.filter(({ needs }) => needs !== "nothing" && needs !== "connection");
  return asking.length + rehearsals.length > 0;
}

/** How many requests a plan sends at most, the doctor's first question included, and how many of them reach the model. */
export function countRequests(plan: Plan): { readonly sent: number; readonly prompts: number } {
  const senders = [...plan.checks, ...plan.rehearsals];
  const first = asksModel(plan) ? 1 : 0;
  const prompts = senders.reduce((sum, sender) => sum + sender.prompts, first);
  return { prompts, sent: senders.reduce((sum, sender) => sum + sender.others, prompts) };
}
