import type { OutgoingMessage } from '../../src/publisher/publisher.ts';
import { toRecord } from '../../src/relay/sending/record.ts';

/** What every message of a benchmark has in common, whoever sends it. */
export const MESSAGE_TYPE = 'bench.order-placed';
export const MESSAGE_SOURCE = '/bench';
/** Keys go round, so that all partitions get their share. */
export const KEYS = 10_000;
/** Batches of the raw producer are as large as the relay's. */
export const BATCH_SIZE = 2_000;

/** JSON of 214 bytes. */
export const PAYLOAD = JSON.stringify({
  orderId: '0198a6d4-7c1e-7b52-9d7f-3f5e2b8c4a10',
  customer: 'customer-48151623',
  currency: 'EUR',
  totalMinor: '1299900',
  placedAt: '2026-01-01T12:00:00.000Z',
  note: 'ring size 54, engraving inside'.padEnd(45, '.'),
});

export const keyOf = (n: number): string => `order-${n % KEYS}`;

/** The record a relay makes of such a message. */
export const recordOf = (topic: string, n: number): OutgoingMessage =>
  toRecord({
    shard: 0,
    seq: n + 1,
    id: `0198a6d4-7c1e-7b52-9d7f-${String(n).padStart(12, '0')}`,
    topic,
    key: keyOf(n),
    type: MESSAGE_TYPE,
    source: MESSAGE_SOURCE,
    headers: {},
    payload: Buffer.from(PAYLOAD),
    micros: 1_767_268_800_000_000 + n,
  });
