/** Works on the items in their order, at most `limit` at once; the results are in that order, too. */
export async function sideBySide<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const rest = items.entries();
  const hands = Array.from({ length: Math.min(limit, items.length) }, async () => {
    // All of them take from the same iterator.
    for (const [index, item] of rest) results[index] = await work(item);
  });
  await Promise.all(hands);
  return results;
}
