import { randomUUID } from 'node:crypto';
import type { Message } from 'kafkajs';
import { type FaultKind, OVER_AT_ONCE } from '../fault.ts';
import { sendTo } from './producer.ts';
import { TOPICS, WRITERS, writerOf } from './topics.ts';

/** A type each topic really has, told to somebody who listens for it. */
const TYPE = { shop: 'shop.price-accepted', mes: 'mes.work-order-started' } as const;

/** Messages nobody can handle. Their keys are their own: no order of a customer waits behind them. */
function poisonFor(topic: string): readonly Message[] {
  const writer = writerOf(topic);
  const envelope = (more: Readonly<Record<string, string>> = {}) => ({
    ...{ ce_specversion: '1.0', ce_id: randomUUID(), ce_type: TYPE[writer], ce_source: `/bezel/${writer}` },
    ...{ ce_time: new Date().toISOString(), 'content-type': 'application/json' },
    ...more,
  });
  const orderId = randomUUID();
  const ofNobody = { orderId, workOrderId: randomUUID(), offerId: randomUUID(), at: new Date().toISOString() };
  return [
    { key: randomUUID(), value: Buffer.from([0, 255, 254, 1]) },
    { key: null, value: 'no key, no envelope' },
    { key: randomUUID(), value: null },
    { key: randomUUID(), value: '{"orderId":', headers: envelope() },
    { key: randomUUID(), value: '{}', headers: envelope() },
    { key: randomUUID(), value: '{}', headers: envelope({ ce_time: 'yesterday' }) },
    { key: randomUUID(), value: '{}', headers: envelope({ ce_id: '' }) },
    { key: orderId, value: JSON.stringify({ ...ofNobody, by: 'nobody', acceptedBy: 'nobody' }), headers: envelope() },
    { key: randomUUID(), value: '{}', headers: envelope({ ce_type: 'nobody.knows-this' }) },
  ];
}

export const poison: FaultKind = {
  name: 'poison',
  what: 'messages that nobody can handle: no envelope, no JSON, no fields, of an order that does not exist',
  lastsS: [0, 0],
  targets: () => WRITERS.map((writer) => TOPICS[writer]),
  missing: () => null,
  async inject({ target }, { brokers }) {
    await sendTo(brokers, target, poisonFor(target));
    return OVER_AT_ONCE;
  },
};
