import type { InboxHop } from '../../account/hops.ts';
import type { Batches } from '../batches.ts';
import { type HandledLine, linesByOrder, messageIdIn } from '../topics/message-lines.ts';
import { Cursor } from './merge.ts';

/** An inbox, row by row, sorted by message id: `message id, at, group` divided by tabs. */
export interface InboxRows {
  readonly hop: InboxHop;
  readonly rows: Batches<string>;
}

const LINES_A_BATCH = 1_000;

/**
 * Gives inbox rows their order: an inbox knows messages only, the copies know which order each is about. Both sides come
 * sorted by message id; out come lines of both that begin with the order's id, in no order. A row whose message is on no
 * topic that was read (older than the reading, or of another order) is left out; if an outbox has it, the missing copy is
 * reported there.
 */
export async function* handledByOrder(copies: Batches<string>, inboxes: readonly InboxRows[]): Batches<string> {
  const copy = new Cursor(copies, messageIdIn);
  const takers = inboxes.map(({ hop, rows }) => ({ hop, cursor: new Cursor(rows, messageIdIn) }));
  try {
    await copy.advance();
    for (const { cursor } of takers) await cursor.advance();
    let batch: string[] = [];
    while (copy.key !== undefined) {
      const messageId: string = copy.key;
      const same: string[] = [];
      while (copy.key === messageId) {
        same.push(copy.current as string);
        if (!copy.step()) await copy.advance();
      }
      const handled: HandledLine[] = [];
      for (const { hop, cursor } of takers) {
        while (cursor.key !== undefined && cursor.key <= messageId) {
          if (cursor.key === messageId) handled.push({ hop, line: cursor.current as string });
          if (!cursor.step()) await cursor.advance();
        }
      }
      for (const line of linesByOrder(same, handled)) batch.push(line);
      if (batch.length < LINES_A_BATCH) continue;
      yield batch;
      batch = [];
    }
    yield batch;
  } finally {
    await Promise.all([copy, ...takers.map(({ cursor }) => cursor)].map((cursor) => cursor.close()));
  }
}
