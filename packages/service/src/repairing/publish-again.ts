import { createAdmin, type Database } from '@bezel/outbox';

/** A message of an order, and its place in this app's outbox. */
export interface WrittenAt {
  readonly orderId: string;
  readonly messageId: string;
  readonly shard: number;
  readonly seq: number;
}

/**
 * What came of it: `asked` for; `waiting`, because it is not sent yet, or was asked for just now, or is parked; `unknown`,
 * because this message is not at that place (any more).
 */
export type PublishedAgain = 'asked' | 'waiting' | 'unknown';

/**
 * Has one message of an order published again, under its id and as it was written: consumers with an inbox pass over it when they
 * have it. Asked again before it is sent, it is sent once; afterwards, once more, which has no second effect either. It is done by
 * whichever relay takes the shard next.
 *
 * @param db this app's pool: the work takes a connection and transactions of its own
 */
export async function publishAgain(
  db: Database,
  { orderId, messageId, shard, seq }: WrittenAt,
): Promise<PublishedAgain> {
  const { rows } = await db.query(IS_THERE, [shard, seq, messageId, orderId]);
  if (rows.length === 0) return 'unknown';
  const { messages } = await createAdmin(db).replay({ shard, from: seq, to: seq, key: orderId });
  return messages === 0 ? 'waiting' : 'asked';
}

/** Whoever asks names the place, and might mean another message: numbers come again after a restore. Served by the primary key. */
const IS_THERE = `
SELECT FROM outbox.message WHERE shard = $1::smallint AND seq = $2::bigint AND id = $3::uuid AND key = $4`;
