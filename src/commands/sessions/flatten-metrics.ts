/**
 * The values of nested metrics by their keys, joined with dots; lists become
 * JSON. Null for what is no object, or would have two values under one key.
 */
export function flattenMetrics(metrics: unknown): ReadonlyMap<string, string> | null {
  if (!isObject(metrics)) return null;
  const flat = new Map<string, string>();
  return addTo(flat, "", metrics) ? flat : null;
}

function addTo(flat: Map<string, string>, prefix: string, value: object): boolean {
  return Object.entries(value).every(([name, member]: [string, unknown]) => {
    const key = `${prefix}${name}`;
    if (isObject(member) && Object.keys(member).length > 0) return addTo(flat, `${key}.`, member);
    if (flat.has(key)) return false;
    flat.set(key, toText(member));
    return true;
  });
}

function toText(value: unknown): string {
  if (value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
