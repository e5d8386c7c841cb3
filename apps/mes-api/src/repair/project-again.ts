import { OrderStatusChanged, type ProjectingAsked } from '@bezel/contracts';
import type { EventData } from '@bezel/outbox/event';
import { type Kysely, sql } from 'kysely';
import { showMove } from '../board/show-move.ts';
import type { MesDatabase } from '../database/mes-database.ts';

type Asked = Pick<EventData<typeof ProjectingAsked>, 'messageId' | 'event'>;

/**
 * What came of it. `known`: the board shows that move or a later one. `not-taken`: the message was not handled here, or so long ago
 * that nobody knows; it comes by itself or is published again. `unfit`: no event the board shows.
 */
export type ProjectedAgain = 'shown' | 'known' | 'not-taken' | 'unfit';

/** Shows a move on the board that was taken and is not shown there, from its event. Safe more than once, and beside any handler. */
export async function projectAgain(trx: Kysely<MesDatabase>, { messageId, event }: Asked): Promise<ProjectedAgain> {
  const { rows } = await sql<{ taken: boolean }>`
    SELECT EXISTS (SELECT FROM outbox.inbox WHERE id = ${messageId}) AS taken`.execute(trx);
  if (!rows[0]?.taken) return 'not-taken';
  if (event.type !== OrderStatusChanged.type) return 'unfit';
  const read = OrderStatusChanged.schema['~standard'].validate(event.data);
  if (read instanceof Promise || read.issues !== undefined) return 'unfit';
  return showMove(trx, read.value);
}
