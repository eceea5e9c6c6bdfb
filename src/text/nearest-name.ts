/**
 * The known name that was probably meant: the one that takes the fewest changes
 * to reach, if it is near at all. Case and punctuation do not count.
 */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  const normal = normalize(name);
  let best: string | undefined;
  let least = Math.max(1, normal.length / 3);
  for (const candidate of known) {
    const distance = editDistance(normal, normalize(candidate));
    if (distance < least || (distance === least && best === undefined)) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}

function normalize(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, "")
    .slice(0, 40);
}

/** How many letters must be put in, taken away, changed or swapped with their neighbour. */
function editDistance(from: string, to: string): number {
  const first = Array.from({ length: to.length + 1 }, (_, column) => column);
  const rows = [first];
  for (const [index, letter] of [...from].entries()) {
    const above = rows[index] ?? first;
    const row = [index + 1];
    for (let column = 1; column <= to.length; column++) {
      const isSwapped = letter === to[column - 2] && from[index - 1] === to[column - 1];
      row[column] = Math.min(
        (above[column] ?? 0) + 1,
        (row[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + (letter === to[column - 1] ? 0 : 1),
        isSwapped ? (rows[index - 1]?.[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    rows.push(row);
  }
  return rows.at(-1)?.[to.length] ?? 0;
}
