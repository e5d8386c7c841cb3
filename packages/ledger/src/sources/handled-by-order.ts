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
  const keyOf = (item: MessageOrder | ViewRowRead): string => item.messageId ?? '';
  const batch: ViewRow[] = [];
  for await (const { items } of groupSorted<MessageOrder | ViewRowRead>([messages, inbox], keyOf)) {
    const orders = new Set(items.flatMap((item) => ('hop' in item || item.orderId === null ? [] : [item.orderId])));
    for (const orderId of orders) {
      for (const item of items) if ('hop' in item) batch.push({ ...item, orderId });
    }
    if (batch.length >= ROWS_A_BATCH) yield batch.splice(0);
  }
  yield batch;
}

const ROWS_A_BATCH = 1_000;
