import type { Disturbances } from "./disturbances.ts";
import type { Entry } from "./ledger.ts";
import type { Violation } from "./verdict.ts";

/** How much of what was done around it belongs to a request's history. */
const aroundMs = 3000;

/** A violation with the whole history of its requests, for a person to read. */
export function describeViolation(violation: Violation, disturbances: Disturbances): string {
  const histories = violation.entries.map((entry) => describe(entry, disturbances));
  return [`violation: ${violation.what}`, ...histories].join("\n");
}

function describe(entry: Entry, disturbances: Disturbances): string {
  const { request, question, sendings, arrivals, attempts } = entry;
  const events: (readonly [number, string])[] = [
    ...sendings.flatMap(({ gateway, at, endedAt, outcome }) => [
      [at, `sent to ${gateway}`] as const,
      [endedAt || Number.POSITIVE_INFINITY, `${outcome} by ${gateway}`] as const,
    ]),
    ...attempts.flatMap(({ id, worker, beganAt, endedAt }) => [
      [beganAt, `attempt ${id} began at ${worker}`] as const,
      [endedAt, `attempt ${id} ended at ${worker}`] as const,
    ]),
    ...arrivals.map(
      ({ at, stream, gateway, text, error }) =>
        [at, `came over ${stream} from ${gateway}: ${error ?? ""} ${text}`] as const,
    ),
  ];
  const times = events.map(([at]) => at).filter(Number.isFinite);
  const from = Math.min(...times);
  for (const one of disturbances.between(from - aroundMs, Math.max(...times) + aroundMs)) {
    events.push([one.from, `${one.what} ${one.part}`]);
    if (Number.isFinite(one.until)) events.push([one.until, `${one.what} ${one.part} is over`]);
  }
  const lines = events
    .toSorted(([one], [other]) => one - other)
    .map(([at, text]) => `  ${Number.isFinite(at) ? `${at - from} ms` : "never"}: ${text}`);
  const { sessionID, messageID } = request;
  return [
    `${question}, session ${sessionID}, message "${messageID}", ms since it was sent:`,
    ...lines,
  ].join("\n");
}
