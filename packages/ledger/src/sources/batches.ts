/** Items in batches: one wait a batch instead of one an item. A batch may be empty. */
export type Batches<Item> = AsyncIterable<readonly Item[]>;

/** Batches of what is in memory already. */
export async function* batchesOf<Item>(items: readonly Item[]): Batches<Item> {
  if (items.length > 0) yield items;
}

/** All items, in memory. For what is known to be little. */
export async function collected<Item>(batches: Batches<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const batch of batches) items.push(...batch);
  return items;
}
