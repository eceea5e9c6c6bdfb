import { ProviderError } from "../../errors/model-errors.ts";
import { type Finding, problem, warning } from "../finding.ts";

/** One reason why a model may not be called, and the remedy. */
export interface Obstacle {
  readonly reason: string;
  readonly remedy: string;
  /** Whether the first call may remove it by itself. */
  readonly mayPass: boolean;
}

/** Says what stands before a model. */
export function obstacleFinding(check: string, obstacles: readonly Obstacle[]): Finding {
  const say = obstacles.every(({ mayPass }) => mayPass) ? warning : problem;
  return say(
    check,
    obstacles.map(({ reason }) => reason).join("; "),
    obstacles.map(({ remedy }) => remedy).join(" "),
  );
}

/** Not to know what stands before a model is no reason that anything does. */
export function unknownObstacles(finding: Finding, thrown: unknown): Finding {
  const isDenied = thrown instanceof ProviderError && thrown.code === "PERMISSION_DENIED";
  return isDenied ? { ...finding, verdict: "warning" } : finding;
}
