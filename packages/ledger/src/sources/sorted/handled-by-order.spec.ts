import { expect, test } from '@jest/globals';
import type { MessageCopy } from '../../account/evidence.ts';
import { batchesOf, collected } from '../batches.ts';
import { evidenceIn, lineOfCopy, orderIdIn } from '../topics/message-lines.ts';
import { handledByOrder } from './handled-by-order.ts';

const copy = (messageId: string, orderId: string, more: Partial<MessageCopy> = {}): MessageCopy => ({
  ...{ source: 'topic', orderId, hop: 'shop.topic', messageId, type: 'shop.order-submitted', partition: 3 },
  ...{ offset: 2n ** 60n, at: 1_000, ...more },
});

test('gives each inbox row the order of its message, however many copies, groups and inboxes there are', async () => {
  const copies = [copy('m1', 'a'), copy('m1', 'a'), copy('m2', 'b'), copy('m4', 'a')].map(lineOfCopy);
  const lines = await collected(
    handledByOrder(batchesOf(copies), [
      { hop: 'crm.inbox', rows: batchesOf(['m1\t7\tcrm', 'm1\t8\tother', 'm2\t9\tcrm', 'm3\t9\tcrm']) },
      { hop: 'mes.inbox', rows: batchesOf(['m0\t1\tmes', 'm1\t7\tmes']) },
    ]),
  );
  const handled = lines.map(evidenceIn).filter((item) => item.source === 'view');
  expect(handled.map(({ hop, messageId, orderId, state, at }) => [hop, messageId, orderId, state, at])).toEqual([
    ['crm.inbox', 'm1', 'a', 'crm', 7],
    ['crm.inbox', 'm1', 'a', 'other', 8],
    ['mes.inbox', 'm1', 'a', 'mes', 7],
    ['crm.inbox', 'm2', 'b', 'crm', 9],
  ]);
  expect(lines.map(orderIdIn)).toEqual(['a', 'a', 'a', 'a', 'a', 'b', 'b', 'a']);
});

test('copies survive being lines', async () => {
  const copies = [
    copy('m1', 'a', { move: { seq: 3, to: 'APPROVED' }, hop: 'mes.topic' }),
    copy('m2', 'a', { type: '100%\tof\nit' }),
    copy('m3\n', 'a'),
  ];
  const lines = await collected(handledByOrder(batchesOf(copies.map(lineOfCopy).sort()), []));
  expect(lines.map(evidenceIn)).toEqual(expect.arrayContaining(copies));
  expect(lines).toHaveLength(3);
  expect(lines.join('')).not.toMatch(/\n/);
});

test('a message that is on two orders is told to both', async () => {
  const copies = [copy('m1', 'a'), copy('m1', 'b')].map(lineOfCopy);
  const inbox = { hop: 'crm.inbox' as const, rows: batchesOf(['m1\t7\tcrm']) };
  const lines = await collected(handledByOrder(batchesOf(copies), [inbox]));
  expect(lines.map(evidenceIn).filter((item) => item.source === 'view')).toHaveLength(2);
});
