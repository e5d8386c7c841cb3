import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineEvent } from '../../event/index.ts';
import { on } from '../on.ts';
import { toEvent } from './receive.ts';
import { createRouter } from './route.ts';

const counted = defineEvent({ type: 'counted', topic: 't', key: () => 'k', schema: z.unknown() });
const route = createRouter([on(counted, () => {})], { events: 'fail', versions: 'fail', foreign: 'fail' });
const headers = Object.entries({ ce_id: '1', ce_type: 'counted', ce_source: '/s', ce_time: '2026-01-01T00:00:00Z' });

function received(value: Buffer | null) {
  const message = {
    offset: 0n,
    key: null,
    value,
    headers: headers.map(([name, text]) => [name, Buffer.from(text)] as const),
  };
  const routed = route({ topic: 't', partition: 0 }, message);
  if (routed.kind !== 'handle') throw new Error(routed.kind);
  return toEvent({ topic: 't', partition: 0 }, routed);
}

test('a tombstone of a known type is no event without data: it is refused, and says what it is', async () => {
  await expect(received(null)).rejects.toMatchObject({
    code: 'EVENT_DATA_INVALID',
    message: 'the data of counted 1 is missing: the message is a tombstone',
  });
  await expect(received(Buffer.alloc(0))).rejects.toMatchObject({ message: 'the data of counted 1 is not JSON' });
  await expect(received(Buffer.from('null'))).resolves.toMatchObject({ data: null });
});
