/** The scheme that somebody meant who wrote this word; null when none is near. */
export function nearestScheme<Name extends string>(
  word: string,
  names: readonly Name[],
): Name | null {
  const written = word.trim().toLowerCase();
  const near = names
    .map((name) => ({ name, distance: distanceOf(written, name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= name.length / 2)
    .toSorted((a, b) => a.distance - b.distance);
  return near[0]?.name ?? names.find((name) => written.includes(name.toLowerCase())) ?? null;
}

/** How many letters must be put in, taken away or changed to get from one word to the other. */
function distanceOf(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (const [column, other] of [...to].entries()) {
      const change = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(change, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
