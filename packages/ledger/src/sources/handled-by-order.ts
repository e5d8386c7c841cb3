import type { MessageCopy, ViewRow } from '../account/evidence.ts';
import type { Batches } from './batches.ts';
import { groupSorted } from './merge.ts';
import type { ViewRowRead } from './views.ts';

/** Which order a message is about. */
export interface MessageOrder {
  readonly messageId: string;
  readonly orderId: string;
}

export const messageOrderOf = ({ messageId, orderId }: MessageCopy): MessageOrder => ({ messageId, orderId });

/**
 * Gives inbox rows their order: an inbox knows messages only, the topics know which order each is about. Both sides come
 * sorted by message id. A row whose message is on no topic that was read (older than the reading, or of another order) is
 * left out; if an outbox has it, the missing copy is reported there.
 */
export async function* handledByOrder(
  messages: Batches<MessageOrder>,
  inbox: Batches<ViewRowRead>,
): AsyncGenerator<readonly ViewRow[]> {
  let batch: ViewRow[] = [];
  for await (const { items } of groupSorted<MessageOrder | ViewRowRead>([messages, inbox], messageIdOf)) {
    const rows = items.filter(isRow);
    if (rows.length === 0 || rows.length === items.length) continue;
    // One message is about one order; were it on two, both would be told.
    const orders = new Set(items.flatMap((item) => (isRow(item) ? [] : [item.orderId])));
    for (const orderId of orders) {
      for (const row of rows) batch.push({ ...row, orderId });
    }
    if (batch.length < ROWS_A_BATCH) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

const isRow = (item: MessageOrder | ViewRowRead): item is ViewRowRead => 'hop' in item;
const messageIdOf = (item: MessageOrder | ViewRowRead): string => item.messageId ?? '';
const ROWS_A_BATCH = 1_000;
