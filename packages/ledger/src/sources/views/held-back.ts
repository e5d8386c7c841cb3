import type pg from 'pg';
import type { HeldBack } from '../../account/evidence.ts';
import type { App, InboxHop, TopicHop } from '../../account/hops.ts';
import type { OrderTopics } from '../topics/copy-of.ts';

/** What an app's consumer holds back of an order, of one topic, by the topic's name. */
export interface HeldKey extends Omit<HeldBack, 'source' | 'topic'> {
  readonly topic: string;
}

/** Whose keys are read: of these orders, of all when undefined; and of these only ids that are not lower. */
interface HeldSelection {
  readonly orderIds?: readonly string[] | undefined;
  readonly fromId: string;
}

/** What is parked in an app (docs/views.md). */
export const parkedView = (app: App): string => `ledger.${app}_parked`;

/**
 * Read whole, without an index: few keys are parked at any time, and of a key that is no order's `order_id` is null, which no
 * comparison lets through. What Kafka refused is left out by the hop: it is on no topic, which the audit sees there.
 */
const queryOf = (app: App): string => `
  SELECT order_id::text AS "orderId", hop, topic, messages, floor(date_part('epoch', parked_at) * 1000)::float8 AS at
  FROM ${parkedView(app)}
  WHERE hop = $1 AND order_id >= $2 AND ($3::uuid[] IS NULL OR order_id = ANY ($3::uuid[]))`;

/** Asks in the transaction that is open, so that a message is either held back or in the inbox that is read there. */
export async function readHeldKeys(
  client: pg.Client,
  app: App,
  { orderIds, fromId }: HeldSelection,
): Promise<readonly HeldKey[]> {
  const inbox: InboxHop = `${app}.inbox`;
  return (await client.query<HeldKey>(queryOf(app), [inbox, fromId, orderIds])).rows;
}

/** What of it concerns the topics of orders: a key on another topic may be an order's, too. */
export function heldBackOn(topics: OrderTopics, keys: readonly HeldKey[]): HeldBack[] {
  return (Object.keys(topics) as TopicHop[]).flatMap((topic) =>
    keys.filter((key) => key.topic === topics[topic]).map((key) => ({ ...key, source: 'parked', topic })),
  );
}
