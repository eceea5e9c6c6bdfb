import { maxBytesAtOnce } from "../stored/queue-store.ts";

/** Answers of model $1 that nobody has yet, counted up to a limit so that it stays cheap. */
const undelivered = (limit: string) => `(SELECT count(*) FROM (
  SELECT FROM arena_requests
  WHERE model_id = $1 AND state IN ('answered', 'delivering') LIMIT ${limit}) u)`;

const claimed = `
  r.id, r.session_id, r.message_id, r.request, r.bytes, r.received_at, r.deadline, r.attempts`;

const taken = `
  r.id, r.session_id, r.message_id, r.answer, r.outcome, r.received_at, r.claimed_at,
  r.answered_at, r.answer_order, r.is_repeated, r.repeated_at`;

/** Of rows that were found, with their `bytes`: the first ones, until they are heavy together. */
export const light = (found: string) => `(
  SELECT id FROM (
    SELECT id, row_number() OVER place AS rank, coalesce(sum(bytes) OVER place, 0) AS total
    FROM ${found} WINDOW place AS (ROWS UNBOUNDED PRECEDING)) f
  WHERE rank = 1 OR total <= ${maxBytesAtOnce})`;

/** $1 model, $2 most undelivered, $3 most waiting, then one array per column. */
export const insert = `
WITH given AS (
  SELECT * FROM unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
      $10::integer[], $11::bigint[], $12::bigint[], $13::text[])
    WITH ORDINALITY AS g (request_key, arrival, session_id, message_id, session_key, request,
      bytes, received_at, deadline, other_key, place)
), fresh AS (
  SELECT *, row_number() OVER (ORDER BY place) AS rank FROM given g
  WHERE NOT EXISTS (SELECT FROM arena_requests r WHERE r.request_key = g.request_key)
    AND NOT EXISTS (SELECT FROM arena_requests r WHERE r.request_key = g.other_key)
    AND NOT EXISTS (SELECT FROM arena_forgotten f WHERE f.arrival = g.arrival)
)
INSERT INTO arena_requests (state, model_id, request_key, arrival, session_id, message_id,
  session_key, request, bytes, received_at, deadline)
SELECT 'queued', $1, request_key, arrival, session_id, message_id,
  session_key, request, bytes, received_at, deadline
FROM fresh
WHERE rank <= CASE WHEN ${undelivered("$2")} >= $2 THEN 0 ELSE $3 - (SELECT count(*) FROM (
  SELECT FROM arena_requests WHERE model_id = $1 AND state = 'queued' LIMIT $3) q) END
ORDER BY place
ON CONFLICT (request_key) DO NOTHING
RETURNING request_key`;

/** Of whoever repeated a row, the last ones: a call whose end was not heard of comes soon again. */
const rememberedRepeats = 8;

/**
 * Of keys that were not inserted: what is there, made deliverable again, once for
 * each arrival however often it comes. $1 keys, $2 arrivals, $3 now.
 */
export const repeat = `
WITH given AS (
  SELECT request_key, array_agg(arrival) AS arrivals
  FROM unnest($1::text[], $2::text[]) AS g (request_key, arrival)
  GROUP BY request_key
), repeated AS (
  UPDATE arena_requests r SET
    state = CASE state WHEN 'delivered' THEN 'answered' ELSE state END,
    answer_order = CASE state WHEN 'delivered' THEN nextval('arena_answer_order') ELSE answer_order END,
    repeated_at = CASE state WHEN 'delivered' THEN $3 ELSE repeated_at END,
    is_repeated = is_repeated OR state = 'delivered',
    is_asked_again = state = 'delivering',
    asked_at = now(),
    repeated_by = (g.arrivals || r.repeated_by)[:${rememberedRepeats}]
  FROM given g
  WHERE r.request_key = ANY($1::text[]) AND r.request_key = g.request_key
    AND r.state IN ('delivering', 'delivered')
    AND r.arrival <> ALL(g.arrivals) AND NOT r.repeated_by && g.arrivals
)
SELECT request_key, arrival FROM arena_requests WHERE request_key = ANY($1::text[])`;

/** Of arrivals that were not inserted: those that were, and were answered and deleted since. $1 arrivals. */
export const findForgotten = `
SELECT arrival FROM arena_forgotten WHERE arrival = ANY($1::text[])`;

/** $1 model, $2 most undelivered, then one array per column. */
export const refuse = `
WITH given AS (
  SELECT * FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
      $9::bigint[])
    WITH ORDINALITY AS g (arrival, session_id, message_id, session_key, answer, outcome,
      received_at, place)
), fresh AS (
  SELECT *, row_number() OVER (ORDER BY place) AS rank FROM given g
  WHERE NOT EXISTS (SELECT FROM arena_requests r WHERE r.request_key = g.arrival)
    AND NOT EXISTS (SELECT FROM arena_forgotten f WHERE f.arrival = g.arrival)
)
INSERT INTO arena_requests (state, model_id, request_key, arrival, session_id, message_id,
  session_key, received_at, answer, outcome, answered_at, answer_order)
SELECT 'answered', $1, arrival, arrival, session_id, message_id,
  session_key, received_at, answer, outcome, received_at, nextval('arena_answer_order')
FROM fresh
WHERE rank <= $2 - ${undelivered("$2")}
ORDER BY place
ON CONFLICT (request_key) DO NOTHING
RETURNING arrival`;

/** Of refusals that were not inserted: those that are there, or were. $1 arrivals. */
export const findRefusals = `
SELECT arrival FROM arena_requests WHERE request_key = ANY($1::text[])
UNION ALL ${findForgotten}`;

/** Orders of which the index of what waits, and of its deadlines, are the only ones. */
const oldestFirst = "(r.id + 0)";
const earliestDeadlineFirst = "r.deadline";

const claim = (which: string, order: string, hasTurn: boolean) => `
WITH found AS (
  SELECT r.id, r.bytes FROM arena_requests r
  WHERE r.model_id = $1 AND r.state = 'queued' ${which}
  ORDER BY ${order} LIMIT $3 FOR UPDATE OF r SKIP LOCKED
), next AS ${light("found")}
UPDATE arena_requests r SET state = 'running', has_turn = ${hasTurn}, owner = $4, claim = $5,
  claimed_at = $2, attempts = attempts + 1
FROM next WHERE r.id = next.id
RETURNING ${claimed}`;

const due = `AND r.deadline > $2 AND ${undelivered("$6")} < $6`;
const inTurn = `AND NOT EXISTS (
  SELECT FROM arena_requests s
  WHERE s.model_id = r.model_id AND s.session_key = r.session_key AND s.state = 'queued'
    AND s.id < r.id)
  AND NOT EXISTS (
  SELECT FROM arena_requests s
  WHERE s.model_id = r.model_id AND s.session_key = r.session_key AND s.state = 'running'
    AND s.has_turn)`;

/** $1 model, $2 now, $3 limit, $4 owner, $5 token; for what is due $6 most undelivered. */
export const claims = {
  due: claim(due, oldestFirst, false),
  dueInTurn: claim(`${due} ${inTurn}`, oldestFirst, true),
  expired: claim("AND r.deadline <= $2", earliestDeadlineFirst, false),
  waiting: claim("", oldestFirst, false),
} as const;

/** One array per column. */
export const answer = `
UPDATE arena_requests r SET state = 'answered', has_turn = false, owner = NULL,
  answer = g.answer, outcome = g.outcome, answered_at = g.answered_at,
  answer_order = nextval('arena_answer_order')
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[])
  AS g (id, claim, answer, outcome, answered_at)
WHERE r.id = g.id AND r.claim = g.claim AND r.state = 'running'
RETURNING r.claim, r.id`;

/** Which of them were answered under their claim. $1 ids, $2 tokens. */
export const findAnswered = `
SELECT r.claim, r.id FROM arena_requests r
JOIN unnest($1::bigint[], $2::text[]) AS g (id, claim) ON r.id = g.id AND r.claim = g.claim
WHERE r.state IN ('answered', 'delivering', 'delivered')`;

/** $1 ids, $2 tokens. */
export const giveBack = `
UPDATE arena_requests r SET state = 'queued', has_turn = false, owner = NULL, claim = NULL,
  claimed_at = NULL, attempts = attempts - 1
FROM unnest($1::bigint[], $2::text[]) AS g (id, claim)
WHERE r.id = g.id AND r.claim = g.claim AND r.state = 'running'`;

/** $1 model, $2 limit, $3 owner, $4 token. */
export const take = `
WITH found AS (
  SELECT r.id, octet_length(r.answer) AS bytes FROM arena_requests r
  WHERE r.model_id = $1 AND r.state = 'answered'
  ORDER BY r.answer_order LIMIT $2 FOR UPDATE OF r SKIP LOCKED
), next AS ${light("found")}
UPDATE arena_requests r SET state = 'delivering', owner = $3, delivery = $4
FROM next WHERE r.id = next.id
RETURNING ${taken}`;

const delivered = `
r.id IN (SELECT r.id FROM arena_requests r
  JOIN unnest($1::bigint[], $2::text[]) AS g (id, delivery) ON r.id = g.id AND r.delivery = g.delivery
  WHERE r.state = 'delivering')`;

/** $1 ids, $2 tokens, $3 now. */
export const done = `
UPDATE arena_requests r SET
  state = CASE WHEN is_asked_again THEN 'answered' ELSE 'delivered' END,
  answer_order = CASE WHEN is_asked_again THEN nextval('arena_answer_order') ELSE answer_order END,
  repeated_at = CASE WHEN is_asked_again THEN $3 ELSE repeated_at END,
  is_repeated = is_repeated OR is_asked_again,
  is_asked_again = false, owner = NULL, delivery = NULL, delivered_at = $3
WHERE ${delivered}`;

/** Longer than anybody asks for what was deleted: an insert that is in doubt is not made again for so long. */
export const askedFor = "interval '2 minutes'";

/** Of rows that are `gone`: who asked for them a moment ago, and must not be taken for new. */
export const rememberGone = `
  INSERT INTO arena_forgotten (arrival, deleted_at)
  SELECT unnest(arrival || repeated_by), now() FROM gone WHERE asked_at > now() - ${askedFor}
  ON CONFLICT DO NOTHING`;
export const whoAsked = "RETURNING r.arrival, r.repeated_by, r.asked_at";

/** What is kept no longer than its delivery. $1 ids, $2 tokens. */
export const forget = `
WITH gone AS (
  DELETE FROM arena_requests r WHERE ${delivered} AND NOT is_asked_again ${whoAsked}
)
${rememberGone}`;

/** $1 ids, $2 tokens. */
export const release = `
UPDATE arena_requests r SET state = 'answered', owner = NULL, delivery = NULL, is_asked_again = false
WHERE ${delivered}`;

/** $1 ids, $2 now. */
export const again = `
WITH old AS (
  SELECT id FROM arena_requests
  WHERE id = ANY($1::bigint[]) AND state = 'delivered' ORDER BY answer_order FOR UPDATE
), given AS (
  SELECT id, nextval('arena_answer_order') AS answer_order FROM old
), repeated AS (
  UPDATE arena_requests r SET state = 'answered', answer_order = given.answer_order,
    repeated_at = $2, is_repeated = true
  FROM given WHERE r.id = given.id
)
SELECT id FROM arena_requests WHERE id = ANY($1::bigint[])`;

/** $1 arrivals, $2 model, $3 sessions, $4 metrics, $5 times. */
export const keepMetrics = `
INSERT INTO arena_metrics (arrival, model_id, session_id, metrics, received_at)
SELECT g.arrival, $2, g.session_id, g.metrics, g.received_at
FROM unnest($1::text[], $3::text[], $4::text[], $5::bigint[])
  AS g (arrival, session_id, metrics, received_at)
ON CONFLICT (arrival) DO NOTHING`;

/** $1 model. */
export const nextDeadline = `
SELECT min(deadline) AS deadline FROM arena_requests WHERE model_id = $1 AND state = 'queued'`;

/** $1 model, $2 deadline before which a request is overdue. */
export const stats = `
SELECT
  (SELECT count(*) FROM arena_requests WHERE model_id = $1 AND state = 'queued') AS size,
  (SELECT count(*) FROM arena_requests WHERE model_id = $1 AND state = 'running'
    AND owner IS NOT NULL) AS pending,
  (SELECT count(*) FROM arena_requests WHERE model_id = $1
    AND state IN ('answered', 'delivering')) AS undelivered,
  (SELECT received_at FROM arena_requests r WHERE model_id = $1 AND state = 'queued'
    ORDER BY ${oldestFirst} LIMIT 1) AS oldest,
  (SELECT count(*) FROM arena_requests WHERE model_id = $1
    AND state IN ('queued', 'running') AND deadline < $2) AS overdue`;

/** $1 owner, $2 milliseconds. */
export const renewLease = `
INSERT INTO arena_replicas (id, lease_until)
VALUES ($1, now() + $2 * interval '1 millisecond')
ON CONFLICT (id) DO UPDATE SET lease_until = EXCLUDED.lease_until`;

const free = (whose: string) => `
UPDATE arena_requests SET
  state = CASE state WHEN 'running' THEN 'queued' ELSE 'answered' END,
  claim = CASE state WHEN 'running' THEN NULL ELSE claim END,
  owner = NULL, delivery = NULL, has_turn = false, is_asked_again = false
WHERE state IN ('running', 'delivering') AND ${whose}
RETURNING state`;

/** What owners held whose lease is over. */
export const freeDead = free(
  "owner NOT IN (SELECT id FROM arena_replicas WHERE lease_until > now())",
);

/** What is under an owner's name, and under which tokens. $1 owner. */
export const findOwn = `
SELECT id AS row, state, CASE state WHEN 'running' THEN claim ELSE delivery END AS token
FROM arena_requests WHERE owner = $1 AND state IN ('running', 'delivering')`;

/** What one owner holds. $1 owner. */
export const freeOwn = free("owner = $1");

/** $1 owner. */
export const endLease = "DELETE FROM arena_replicas WHERE id = $1";
