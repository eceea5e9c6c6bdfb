import type { Logger } from "../data-models/request-context.ts";
import type { RouteCall } from "../routing/call/route-call.ts";

/**
 * Logs how an answer, or none, came about: what vendors said when they failed,
 * and the trace. Neither holds a key or anything of what was said.
 */
export function logRouteCall({ failures, trace }: RouteCall, logger: Logger): void {
  for (const { profile, model, error } of failures) {
    const { code, reason, retryable, cause } = error;
    logger.warn({ profile, model, code, reason, retryable, err: cause }, error.message);
  }
  const { route, chosen, attempts, candidates, cost } = trace;
  const skipped = candidates.filter((candidate) => candidate.skipped !== null);
  logger.info({ route, chosen, attempts, skipped, cost }, chosen ? "routed" : "not routed");
}
