/** A key that names the session, as JSON or as Python writes it, and its text. */
const named = /["'](?:sessionID|sessionId|session_id|session)["']\s*:\s*(?:"([^"]*)"|'([^']*)')/;

/**
 * The session that published metrics are about, if they name one: the message
 * itself does not, and the tasks send JSON or what Python prints.
 */
export function sessionOf(metrics: string): string {
  const found = named.exec(metrics);
  return found?.[1] ?? found?.[2] ?? "";
}
