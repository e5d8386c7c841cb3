import { randomUUID } from 'node:crypto';
import { expect, jest, test } from '@jest/globals';
import type { MessageCopy } from '../../account/evidence.ts';
import { copiesOn } from '../../sources/topics/copies.ts';
import { ORDER_TOPICS } from '../../sources/topics/copy-of.ts';
import { LOWEST_ID } from '../../sources/views/id-time.ts';
import { Stage } from '../../testing/stage.ts';
import { eventAt } from './event-at.ts';

jest.setTimeout(60_000);

test('the event of a message is read where its copy lies, and no other message for it', async () => {
  await using stage = await Stage.set();
  const { kafka, topics = ORDER_TOPICS } = stage.stack;
  const sent = { source: 'topic', orderId: randomUUID(), hop: 'mes.topic', messageId: randomUUID() } as const;
  await stage.send({ ...sent, type: 'mes.work-order-started', partition: 0, offset: 0n, at: Date.now() });
  const copies: MessageCopy[] = [];
  const all = { orderIds: undefined, fromId: LOWEST_ID, since: undefined, from: undefined };
  for await (const batch of copiesOn({ kafka, topics }, all)) copies.push(...batch);
  const [{ hop, partition, offset, messageId }] = copies as [MessageCopy];
  const place = { hop, partition, offset: String(offset), messageId };
  expect(await eventAt(stage.stack, place)).toEqual({
    ...{ type: 'mes.work-order-started', data: { orderId: sent.orderId } },
  });
  // As it is of a topic that was made anew: the place is there, the message is another one.
  expect(await eventAt(stage.stack, { ...place, messageId: randomUUID() })).toBeUndefined();
  expect(await eventAt(stage.stack, { ...place, offset: String(offset + 1n) })).toBeUndefined();
});
