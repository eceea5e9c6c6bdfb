import { askedFor, light, rememberGone, whoAsked } from "./statements.ts";

/** Names that nobody asks for any more. */
export const forgetForgotten = `DELETE FROM arena_forgotten WHERE deleted_at < now() - ${askedFor}`;

/** Owners that are long gone. */
export const forgetReplicas =
  "DELETE FROM arena_replicas WHERE lease_until < now() - interval '1 hour'";

const isMoreLeft = `
SELECT count(*) = $2 OR count(*) > (SELECT count(*) FROM next) AS is_more_left FROM old`;

/** What a row takes beside its texts, in the table and in its indexes. */
const bytesPerRow = 500;

/**
 * The time up to which what was delivered has to go, so that no more than $1 bytes are
 * kept; null if there is not too much. Counted only where the tables are larger than that.
 */
export const excess = `
SELECT max(at) AS at FROM (
  SELECT at, sum(bytes) OVER (ORDER BY at DESC ROWS UNBOUNDED PRECEDING) AS total FROM (
    SELECT delivered_at AS at, ${bytesPerRow} + coalesce(octet_length(request), 0)
      + coalesce(octet_length(answer), 0) AS bytes
    FROM arena_requests WHERE state = 'delivered'
    UNION ALL
    SELECT received_at, ${bytesPerRow} + octet_length(metrics) FROM arena_metrics) k) s
WHERE total > $1 AND (SELECT pg_total_relation_size('arena_requests')
  + pg_total_relation_size('arena_metrics')) > $1`;

/** $1 time before which it was delivered, $2 most rows. */
export const deleteDelivered = `
WITH old AS (
  SELECT id, coalesce(octet_length(request), 0) + coalesce(octet_length(answer), 0) AS bytes
  FROM arena_requests WHERE state = 'delivered' AND delivered_at < $1
  ORDER BY delivered_at LIMIT $2 FOR UPDATE SKIP LOCKED
), next AS ${light("old")}, gone AS (
  DELETE FROM arena_requests r USING next WHERE r.id = next.id ${whoAsked}
), remembered AS (${rememberGone}
)
${isMoreLeft}`;

/** $1 time before which they were received, $2 most rows. */
export const deleteMetrics = `
WITH old AS (
  SELECT id, octet_length(metrics) AS bytes
  FROM arena_metrics WHERE received_at < $1
  ORDER BY received_at LIMIT $2 FOR UPDATE SKIP LOCKED
), next AS ${light("old")}, gone AS (
  DELETE FROM arena_metrics m USING next WHERE m.id = next.id
)
${isMoreLeft}`;
