import { randomUUID } from 'node:crypto';
import {
  ORDER_STATUSES,
  OrderDelayed,
  type OrderStatus,
  OrderStatusChanged,
  OrderSubmitted,
  type PriceOffer,
} from '@bezel/contracts';
import { testServers } from '@bezel/local/testing';
import { type EventData, uuidv7 } from '@bezel/outbox';
import kafkajs, { type Message } from 'kafkajs';

/** One event about an order, as a relay would publish it. */
export interface Told {
  readonly id: string;
  readonly type: string;
  readonly key: string;
  readonly data: unknown;
  readonly time: string;
}

/** The status of move `seq` of an order nobody cancels. */
export const statusOf = (seq: number): OrderStatus => ORDER_STATUSES[seq] as OrderStatus;

const at = (seq: number): string => new Date(Date.UTC(2026, 0, 1, 12, seq)).toISOString();

export const OFFER: PriceOffer = {
  offerId: uuidv7(),
  total: { amountMinor: '12345', currency: 'EUR' },
  parts: [{ kind: 'metal', label: 'gold-585', amount: { amountMinor: '12345', currency: 'EUR' } }],
  massMg: 13_100,
  boundingBoxUm: [10_000, 10_000, 2_000],
  expiresAt: '2026-02-01T00:00:00.000Z',
};

/** Of the stage APPROVED, and of delivery. */
export const DEADLINE = '2026-01-03T12:00:00.000Z';
export const PROMISED = '2026-01-10T12:00:00.000Z';
/** When an order that is delayed is expected. */
export const EXPECTED = '2026-01-12T12:00:00.000Z';

/** What the shop tells of one order: that it was submitted, then its moves up to `moves`. */
export function lifeOf(orderId: string, { moves = 8, tenant = 'house' } = {}): Told[] {
  const common = { orderId, orderNumber: `B-${orderId.slice(-8)}`, tenant, customerId: 'ann' };
  const submitted: EventData<typeof OrderSubmitted> = {
    ...common,
    channel: 'shop',
    model: { sha256: 'a'.repeat(64), fileName: 'ring.stl', bytes: 1_000 },
    metal: 'gold-585',
    finish: 'polished',
    stones: 3,
    submittedAt: at(0),
  };
  const told = (type: string, data: unknown, seq: number): Told => ({
    id: randomUUID(),
    type,
    key: orderId,
    data,
    time: at(seq),
  });
  const moved = (seq: number): EventData<typeof OrderStatusChanged> => ({
    ...common,
    seq,
    from: statusOf(seq - 1),
    to: statusOf(seq),
    at: at(seq),
    ...(statusOf(seq) === 'PRICED' ? { offer: OFFER } : {}),
    ...(statusOf(seq) === 'APPROVED' ? { deadline: DEADLINE, promisedAt: PROMISED } : {}),
  });
  return [
    told(OrderSubmitted.type, submitted, 0),
    ...Array.from({ length: moves }, (_, index) => told(OrderStatusChanged.type, moved(index + 1), index + 1)),
  ];
}

/** The move that ends an order after `seq - 1` others. */
export const cancelled = (orderId: string, seq: number, reason: string): Told => ({
  id: randomUUID(),
  type: OrderStatusChanged.type,
  key: orderId,
  time: at(seq),
  data: {
    ...{ orderId, orderNumber: `B-${orderId.slice(-8)}`, tenant: 'house', customerId: 'ann' },
    ...{ seq, from: statusOf(seq - 1), to: 'CANCELLED', at: at(seq), reason },
  },
});

/** The news that an order is delayed in the status that move `seq` led to. */
export const delayed = (orderId: string, seq: number, told: Partial<EventData<typeof OrderDelayed>> = {}): Told => ({
  id: uuidv7(),
  type: OrderDelayed.type,
  key: orderId,
  time: at(seq),
  data: {
    ...{
      orderId,
      orderNumber: `B-${orderId.slice(-8)}`,
      tenant: 'house',
      customerId: 'ann',
      seq,
      status: statusOf(seq),
    },
    ...{
      kind: 'late',
      deadline: DEADLINE,
      promisedAt: PROMISED,
      expectedAt: EXPECTED,
      tells: ['operators', 'customer'],
      at: at(seq),
      ...told,
    },
  } satisfies EventData<typeof OrderDelayed>,
});

const messageOf = ({ id, type, key, data, time }: Told): Message => ({
  key,
  value: JSON.stringify(data),
  headers: {
    ...{ ce_specversion: '1.0', ce_id: id, ce_type: type, ce_source: '/bezel/shop', ce_time: time },
    'content-type': 'application/json',
  },
});

/** Publishes to a topic in the order given, repeats included. */
export async function publish(topic: string, told: readonly Told[]): Promise<void> {
  const kafka = new kafkajs.Kafka({
    clientId: 'crm-test',
    brokers: [...testServers().kafkaBrokers],
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  try {
    await producer.send({ topic, messages: told.map(messageOf) });
  } finally {
    await producer.disconnect();
  }
}
