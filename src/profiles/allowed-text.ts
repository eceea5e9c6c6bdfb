import { nearestName } from "../errors/nearest-name.ts";
import type { ProfileAccess } from "./profile-access.ts";
import { providerNeeds } from "./provider-needs.ts";

const mostNames = 20;

/** Which models would work instead, for the end of a message. */
export function allowedText(model: string, accesses: readonly ProfileAccess[]): string {
  const names = new Set(accesses.flatMap((access) => access.names ?? []));
  const open = accesses
    .filter((access) => access.names === null)
    .map(({ profile }) => `all models of ${providerNeeds[profile.provider].title}`);
  const all = [...names, ...new Set(open)];
  if (all.length === 0) return "No model may be used here; ask for a workspace that has one.";
  const rest = all.length > mostNames ? ` and ${all.length - mostNames} more` : "";
  const nearest = nearestName(model, names);
  const hint = nearest === undefined ? "" : ` Did you mean ${nearest}?`;
  return `Allowed: ${all.slice(0, mostNames).join(", ")}${rest}.${hint}`;
}
