import type { ConfigurationProblem } from "../errors/configuration-error.ts";

/** Says that nothing has this name, which names there are, and which one was meant. */
export function unknownModelProblem(name: string, known: readonly string[]): ConfigurationProblem {
  const nearest = nearestName(name, known);
  const guess = nearest === undefined ? "" : ` Did you mean ${nearest}?`;
  return {
    name: "MODEL",
    message: `no built-in model and no installed package is called ${JSON.stringify(name)}.${guess} Built-in: ${known.join(", ")}. The path of your own module begins with ./ or ends in .ts, .js or .mjs.`,
  };
}

/** The known name that takes the fewest changes to reach, if it is near at all. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const normal = normalize(name);
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(normal, normalize(candidate)) }))
    .sort((left, right) => left.distance - right.distance);
  const [best] = ranked;
  return best && best.distance <= Math.max(1, normal.length / 3) ? best.candidate : undefined;
}

function normalize(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, "")
    .slice(0, 40);
}

/** Levenshtein's distance, one row at a time. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= to.length; column++) {
      next[column] = Math.min(
        (row[column] ?? 0) + 1,
        (next[column - 1] ?? 0) + 1,
        (row[column - 1] ?? 0) + (letter === to[column - 1] ? 0 : 1),
      );
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
