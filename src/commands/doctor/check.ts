import type { Finding } from "./finding.ts";
import type { Target } from "./target.ts";

/**
 * What must be there before a check makes sense: a `connection`, a `model`
 * whose name is known, one that `answers` the first question, or `evidence`
 * (an answer to anything).
 */
export type Need = "nothing" | "connection" | "model" | "answers" | "evidence";

/**
 * When a check runs: `untouched` one by one before the doctor opens its first
 * stream; `first` likewise, while all is quiet; `together` at the
 * same time, while the doctor keeps one stream open; `large` likewise, after
 * them, because megabytes hold up everything else; `alone` one by one, with
 * only the streams that the check itself opens; `afterwards` looks at what the
 * others saw.
 */
export type Stage = "untouched" | "first" | "together" | "large" | "alone" | "afterwards";

/** One thing that the doctor looks at. It never throws for what a container does, and never hangs. */
export interface Check {
  /** ARENA-n, or what else it is about. */
  readonly requirement: string;
  /** What is checked, as a short statement that should be true. */
  readonly title: string;
  readonly stage: Stage;
  readonly needs: Need;
  /** How many requests it sends that reach the model. */
  readonly prompts: number;
  /** How many it sends that should not reach the model. */
  readonly others: number;
  run(target: Target): Promise<Finding>;
}
