import type { Logger } from "../data-models/request-context.ts";
import type { Delivery } from "../queue/request-queue.ts";

/** The line of a request whose answer no client took before the server stopped. */
export function logUndelivered(logger: Logger, { sessionID, messageID, answer }: Delivery): void {
  logger.warn({ sessionID, messageID, outcome: answer.outcome }, "undelivered");
}

/** One line per request, when its client has the answer: ids, outcome, where the time went. */
export function logDelivery(logger: Logger, delivery: Delivery): void {
  const { sessionID, messageID, answer, times, repeated } = delivery;
  const { receivedAt, claimedAt, answeredAt } = times;
  const now = Date.now();
  logger.info(
    {
      sessionID,
      messageID,
      outcome: answer.outcome,
      waitingMs: (claimedAt ?? answeredAt) - receivedAt,
      modelMs: claimedAt === null ? 0 : answeredAt - claimedAt,
      deliveryMs: now - answeredAt,
      totalMs: now - receivedAt,
      ...(repeated && { repeated }),
    },
    "request",
  );
}
