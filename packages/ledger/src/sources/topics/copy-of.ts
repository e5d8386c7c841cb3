import { ORDER_STATUSES, type OrderStatus, TOPICS } from '@bezel/contracts';
import { DELAYED_TYPE, MOVED_TYPE } from '../../account/event-types.ts';
import type { MessageCopy } from '../../account/evidence.ts';
import type { TopicHop } from '../../account/hops.ts';
import type { TopicMessage } from './topics.ts';

/** Which topics an order's messages are on. */
export type OrderTopics = Readonly<Record<TopicHop, string>>;

export const ORDER_TOPICS: OrderTopics = { 'shop.topic': TOPICS.shopOrders, 'mes.topic': TOPICS.mesWorkOrders };

/**
 * What the ledger keeps of a message on a topic: a CloudEvent in binary mode whose key is the order's id. Answers null
 * for what is none; such a message belongs to no order.
 */
export function copyOf(message: TopicMessage, topics: OrderTopics = ORDER_TOPICS): MessageCopy | null {
  const hop =
    message.topic === topics['shop.topic'] ? 'shop.topic' : message.topic === topics['mes.topic'] ? 'mes.topic' : null;
  if (hop === null || !ORDER_ID.test(message.key)) return null;
  const messageId = message.headers.get('ce_id');
  const type = message.headers.get('ce_type');
  if (!messageId || !type) return null;
  const told = type === MOVED_TYPE || type === DELAYED_TYPE ? toldBy(type, message.value) : undefined;
  const { partition, offset, at } = message;
  const copy = { source: 'topic' as const, orderId: message.key, hop, messageId, type, partition, offset, at } as const;
  return told === undefined ? copy : { ...copy, ...told };
}

const ORDER_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const STATUSES: ReadonlySet<unknown> = new Set(ORDER_STATUSES);

/** Only what the audit needs is looked at: it reads every move there is, and the consumers check the rest. */
function toldBy(type: string, value: Buffer): Pick<MessageCopy, 'move' | 'tellsCustomer'> | undefined {
  let data: Record<string, unknown>;
  try {
    data = JSON.parse(value.toString());
  } catch {
    return undefined; // not JSON: the copy counts, what it tells does not
  }
  if (type === DELAYED_TYPE) return tellsCustomer(data) ? { tellsCustomer: true } : undefined;
  const { seq, to } = data;
  if (!Number.isSafeInteger(seq) || !STATUSES.has(to)) return undefined;
  return { move: { seq: seq as number, to: to as OrderStatus } };
}

const tellsCustomer = ({ tells }: Record<string, unknown>): boolean =>
  Array.isArray(tells) && tells.includes('customer');
