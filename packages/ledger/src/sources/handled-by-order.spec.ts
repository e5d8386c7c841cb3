import { expect, test } from '@jest/globals';
import { batchesOf, collected } from './batches.ts';
import { handledByOrder } from './handled-by-order.ts';
import type { ViewRowRead } from './views.ts';

const row = (messageId: string, group = 'crm'): ViewRowRead => ({
  source: 'view',
  orderId: null,
  hop: 'crm.inbox',
  messageId,
  state: group,
  at: 1,
});

test('gives each inbox row the order of its message, however many copies and groups there are', async () => {
  const messages = [
    { messageId: 'm1', orderId: 'a' },
    { messageId: 'm1', orderId: 'a' },
    { messageId: 'm2', orderId: 'b' },
    { messageId: 'm4', orderId: 'a' },
  ];
  const inbox = [row('m1'), row('m1', 'other'), row('m2'), row('m3')];
  const rows = await collected(handledByOrder(batchesOf(messages), batchesOf(inbox)));
  expect(rows.map(({ messageId, orderId, state }) => [messageId, orderId, state])).toEqual([
    ['m1', 'a', 'crm'],
    ['m1', 'a', 'other'],
    ['m2', 'b', 'crm'],
  ]);
});
