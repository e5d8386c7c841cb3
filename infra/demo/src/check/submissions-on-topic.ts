import { ORDER_TOPICS, openTopics, type TopicOffsets } from '@bezel/ledger';

/** Names of model files, each with the orders that were submitted with it. */
export type OrdersByFile = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Reads from the topic which orders of this run were ever told of. Each submission has a model file of its own name, so
 * an order that no client knows of, or a second one of the same submission, shows here.
 *
 * @param run what the file names of this run begin with
 */
export async function submissionsOnTopic(
  kafka: readonly string[],
  { from, run }: { readonly from: TopicOffsets; readonly run: string },
): Promise<OrdersByFile> {
  const ordersByFile = new Map<string, Set<string>>();
  await using topics = openTopics(kafka);
  const to = await topics.ends([ORDER_TOPICS['shop.topic']]);
  for await (const batch of topics.read({ from, to })) {
    for (const { headers, value, key } of batch) {
      if (headers.get('ce_type') !== 'shop.order-submitted') continue;
      const { model } = JSON.parse(value.toString()) as { model?: { fileName?: string } };
      const fileName = model?.fileName;
      if (!fileName?.startsWith(`${run}-`)) continue;
      ordersByFile.set(fileName, (ordersByFile.get(fileName) ?? new Set()).add(key));
    }
  }
  return ordersByFile;
}
