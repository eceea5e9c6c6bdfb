/** How tasks name their session. */
const names = ["sessionID", "sessionId", "session_id", "session"];
/** Such a key and its text, as Python prints it. */
const printed = /["'](?:sessionID|sessionId|session_id|session)["']\s*:\s*(?:"([^"]*)"|'([^']*)')/;
const depthLimit = 5;

/**
 * The session that published metrics are about, if they name one: the message
 * itself does not, and the tasks send JSON or what Python prints.
 */
export function sessionOf(metrics: unknown): string {
  if (typeof metrics !== "string") return namedIn(metrics, depthLimit) ?? "";
  const found = printed.exec(metrics);
  return found?.[1] ?? found?.[2] ?? "";
}

function namedIn(value: unknown, depth: number): string | null {
  if (typeof value !== "object" || value === null || depth === 0) return null;
  const entries = Object.entries(value);
  for (const [name, inner] of entries) {
    if (names.includes(name) && typeof inner === "string") return inner;
  }
  for (const [, inner] of entries) {
    const found = namedIn(inner, depth - 1);
    if (found !== null) return found;
  }
  return null;
}
