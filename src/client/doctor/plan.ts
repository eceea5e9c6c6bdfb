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

/** How many requests a plan sends at most, the doctor's first question included, and how many of them reach the model. */
export function countRequests({ checks, rehearsals }: Plan): {
  readonly sent: number;
  readonly prompts: number;
} {
  const senders = [...checks, ...rehearsals];
  const prompts = senders.reduce((sum, sender) => sum + sender.prompts, 1);
  return { prompts, sent: senders.reduce((sum, sender) => sum + sender.others, prompts) };
}
