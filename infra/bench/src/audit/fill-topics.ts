import { ORDER_STATUSES, TOPICS } from '@bezel/contracts';
import { Producer } from '@platformatic/kafka';
import { type Fill, LIFE, MOVES, messageIdOf, messageTimeOf, orderIdOf } from './life.ts';

const ORDERS_A_BATCH = 100;

/** Puts every message of every order on its topic, as the relays do: CloudEvents in binary mode, by the order's id. */
export async function fillTopics(
  brokers: readonly string[],
  fill: Fill,
  {
    topics = { shop: TOPICS.shopOrders, mes: TOPICS.mesWorkOrders } as Readonly<Record<'shop' | 'mes', string>>,
    signal,
  }: {
    readonly topics?: Readonly<Record<'shop' | 'mes', string>>;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const producer = new Producer<Buffer, Buffer, Buffer, Buffer>({
    clientId: 'bezel-bench',
    bootstrapBrokers: [...brokers],
    acks: -1,
  });
  try {
    for (let first = 0; first < fill.orders; first += ORDERS_A_BATCH) {
      signal.throwIfAborted();
      const orders = Array.from(
        { length: Math.min(ORDERS_A_BATCH, fill.orders - first) },
        (_, n) => fill.first + first + n,
      );
      await producer.send({
        messages: orders.flatMap((order) => LIFE.map((_, step) => messageOf(fill, order, step, topics))),
      });
    }
  } finally {
    await producer.close();
  }
}

function messageOf(fill: Fill, order: number, step: number, topics: Readonly<Record<'shop' | 'mes', string>>) {
  const { app, type, to } = LIFE[step] as (typeof LIFE)[number];
  const orderId = orderIdOf(fill, order);
  const time = messageTimeOf(fill, order, step);
  const at = new Date(time).toISOString();
  const seq = to === undefined ? undefined : MOVES.get(step);
  const data = {
    ...{
      orderId,
      orderNumber: `B-2026-${String(order).padStart(6, '0')}`,
      tenant: 'public',
      customerId: 'customer',
      at,
    },
    ...(seq === undefined ? {} : { seq, from: ORDER_STATUSES[seq - 1], to }),
  };
  const headers = {
    ...{
      ce_specversion: '1.0',
      ce_id: messageIdOf(fill, order, step),
      ce_source: `/${app}`,
      ce_type: type,
      ce_time: at,
    },
    'content-type': 'application/json',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  };
  return {
    topic: topics[app],
    // Else a reconciler would take them for new.
    timestamp: BigInt(time),
    key: Buffer.from(orderId),
    value: Buffer.from(JSON.stringify(data)),
    headers: new Map(Object.entries(headers).map(([name, value]) => [Buffer.from(name), Buffer.from(value)])),
  };
}
