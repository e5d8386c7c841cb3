import { OrderStatusChanged, TOPICS } from '@bezel/contracts';
import { MOVED_TYPE } from '../account/event-types.ts';
import type { MessageCopy } from '../account/evidence.ts';
import type { TopicHop } from '../account/hops.ts';
import type { TopicMessage } from './topics.ts';

/** Which topics an order's messages are on. */
export type OrderTopics = Readonly<Record<TopicHop, string>>;

export const ORDER_TOPICS: OrderTopics = { 'shop.topic': TOPICS.shopOrders, 'mes.topic': TOPICS.mesWorkOrders };

/**
 * What the ledger keeps of a message on a topic: a CloudEvent in binary mode whose key is the order's id. Answers null
 * for what is none; such a message belongs to no order.
 */
export function copyOf(message: TopicMessage, topics: OrderTopics = ORDER_TOPICS): MessageCopy | null {
  const hop = (Object.keys(topics) as TopicHop[]).find((known) => topics[known] === message.topic);
  const messageId = message.headers.get('ce_id');
  const type = message.headers.get('ce_type');
  if (hop === undefined || !messageId || !type || message.key === '') return null;
  const move = type === MOVED_TYPE ? moveOf(message.value) : undefined;
  return {
    source: 'topic',
    orderId: message.key,
    hop,
    messageId,
    type,
    partition: message.partition,
    offset: message.offset,
    at: message.at,
    ...(move === undefined ? {} : { move }),
  };
}

function moveOf(value: Buffer): MessageCopy['move'] {
  try {
    const told = OrderStatusChanged.schema['~standard'].validate(JSON.parse(value.toString()));
    if (told instanceof Promise || told.issues) return undefined;
    return { seq: told.value.seq, to: told.value.to };
  } catch {
    return undefined; // not JSON: the copy counts, what it tells does not
  }
}
