import { catalogue } from "../../providers/catalogue.ts";
import type { AccessInfo } from "../../providers/provider-access.ts";
import type { PartialProfile } from "../schema/profile-schema.ts";
import { blockedPortOf } from "./blocked-port.ts";
import type { Mistake } from "./mistake.ts";

/** What a provider needs of `accessInfo` and does not get, and what it would never look at. */
export function checkAccessInfo({ provider, accessInfo = {} }: PartialProfile): Mistake[] {
  if (!provider) return [];
  const { title, uses, needs } = catalogue[provider];
  const given = accessInfoKeys.filter((key) => accessInfo[key] !== undefined);
  const strange = given
    .filter((key) => !uses.includes(key))
    .map((key) => ({
      path: ["accessInfo", key],
      message: `${title} does not use it, but ${usersOf(key)}; take it away, or name that provider`,
    }));
  const missing = needs
    .filter(({ oneOf }) => !given.some((key) => oneOf.includes(key)))
    .map(({ oneOf, example }) => ({
      path: ["accessInfo", oneOf[0]],
      message: `is missing, and ${title} needs ${oneOf.join(" or ")}; write accessInfo: {${example}}`,
      follows: oneOf.map((key) => ["accessInfo", key]),
    }));
  const double = needs.flatMap(({ oneOf }) => {
    const [first, second] = oneOf.filter((key) => given.includes(key));
    if (first === undefined || second === undefined) return [];
    return [{ path: ["accessInfo", second], message: `replaces ${first}; keep one of them` }];
  });
  return [...strange, ...missing, ...double, ...portMistakes(accessInfo)];
}

/** What carries a Host header of its own is not sent by `fetch`, and calls any port. */
function portMistakes(accessInfo: AccessInfo): Mistake[] {
  if (accessInfo.host !== undefined) return [];
  return (["baseUrl", "endpoint"] as const).flatMap((key) => {
    const port = blockedPortOf(accessInfo[key] ?? "");
    if (port === null) return [];
    const message = `has port ${port}, which HTTP clients refuse to call; let the server listen on another one`;
    return [{ path: ["accessInfo", key], message }];
  });
}

const accessInfoKeys: readonly (keyof AccessInfo)[] = [
  ...new Set(Object.values(catalogue).flatMap(({ uses }) => uses)),
];

function usersOf(key: keyof AccessInfo): string {
  const users = Object.entries(catalogue).filter(([, { uses }]) => uses.includes(key));
  const names = users.map(([provider]) => provider);
  return names.length > 6 ? "others do" : `${names.join(", ")} do${names.length > 1 ? "" : "es"}`;
}
