import { normalizeModelName } from "../data-models/model-name.ts";
import type { ModelPattern } from "../profiles/model-pattern.ts";
import { ask } from "./ask.ts";
import { findObstacles } from "./bedrock-availability.ts";
import type { BedrockShop } from "./bedrock-shop.ts";
import { shown } from "./check-models.ts";
import { type Finding, ok, problem, warning } from "./finding.ts";
import { obstacleFinding, unknownObstacles } from "./obstacle.ts";
import { sideBySide } from "./side-by-side.ts";

/** Bedrock throttles questions about availability early. */
const atOnce = 4;
/** Matches of one glob whose availability is asked for. */
const mostMatches = 20;

/** Checks whether a glob fits models that are free to be called. */
export async function checkBedrockGlob(
  { text, fits }: ModelPattern,
  shop: BedrockShop,
): Promise<Finding> {
  const check = `models ${text}`;
  const callable = shop.catalogue.filter(({ isCallable }) => isCallable);
  const matches = callable.filter(({ name }) => fits(normalizeModelName(name)));
  if (matches.length === 0) {
    const names = shown(callable.map(({ name }) => name)) || "none";
    return problem(check, "fits no model of this region", `Correct the glob; there are ${names}.`);
  }
  const asked = matches.slice(0, mostMatches);
  const answer = await ask(check, shop.signal, () =>
    sideBySide(asked, atOnce, (entry) => findObstacles(entry, shop.bedrock, shop.signal)),
  );
  if (!answer.isAnswered) return unknownObstacles(answer.finding, answer.thrown);
  const free = asked.filter((_, index) => answer.value[index]?.length === 0);
  const of =
    asked.length === matches.length
      ? `${asked.length}`
      : `the first ${asked.length} of ${matches.length}`;
  if (free.length === asked.length)
    return ok(check, `${of} may be called: ${shown(free.map(({ name }) => name))}`);
  const obstacle = obstacleFinding(check, answer.value.flat().slice(0, 1));
  const say = free.length > 0 ? warning : problem;
  const rest = asked.filter((entry) => !free.includes(entry)).map(({ name }) => name);
  return say(
    check,
    `${free.length} of ${of} may be called; not ${shown(rest)}: ${obstacle.detail}`,
    obstacle.remedy ?? "",
  );
}
