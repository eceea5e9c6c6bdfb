import type { ChatRequest } from "../../data-models/chat.ts";
import { currentSkip } from "../plan/current-skip.ts";
import type { RoutePlan, Turn } from "../plan/route-plan.ts";

/** Whoever probes may be silent for so long at least. */
const minProbeMs = 1000;

/**
 * The plan of a request that may find out whether a slower candidate has become
 * faster: where the fastest is asked first, the fastest of those whose
 * measurement is old is asked before it, by one request and then by none for a
 * while. It is left when the fastest would have ended its answer.
 */
export function withSpeedProbe(plan: RoutePlan, request: ChatRequest, now: number): RoutePlan {
  const { route, turns } = plan;
  if (route.speedPriority !== "high") return plan;
  const canBeAsked = (turn: Turn) => !turn.isFallback && currentSkip(turn, request, now) === null;
  const leader = turns.find(canBeAsked);
  if (!leader) return plan;
  leader.health.speed.lead();
  const isPreferred = ({ access }: Turn) => access.providerName === route.provider;
  const due = turns.find(
    (turn) =>
      turn !== leader &&
      turn.health.speed.isDue &&
      isPreferred(turn) === isPreferred(leader) &&
      canBeAsked(turn),
  );
  if (!due) return plan;
  due.health.speed.probe();
  const expectedMs = leader.health.speed.expectedMs(leader.price?.speed ?? null);
  const probeMs = expectedMs === null ? null : Math.max(minProbeMs, expectedMs);
  const first = { ...due, ...(probeMs !== null && { probeMs }) };
  return { ...plan, turns: [first, ...turns.filter((turn) => turn !== due)] };
}
