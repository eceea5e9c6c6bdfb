import type { ConfigurationProblem } from "../errors/arena-error.ts";
import { nearestName } from "../text/nearest-name.ts";
import { shownText } from "../text/shown-text.ts";

/** Says that nothing has this name, which names there are, and which one was meant. */
export function unknownModelProblem(name: string, known: readonly string[]): ConfigurationProblem {
  const nearest = nearestName(name, known);
  const guess = nearest === undefined ? "" : ` Did you mean ${nearest}?`;
  return {
    name: "MODEL",
    message: `no built-in model and no installed package is called ${shownText(name)}.${guess} Built-in: ${known.join(", ")}. The path of your own module begins with ./ or ends in .ts, .js or .mjs.`,
  };
}
