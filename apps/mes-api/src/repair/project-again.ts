import { OrderDelayed, OrderStatusChanged, type ProjectingAsked } from '@bezel/contracts';
import type { EventData } from '@bezel/outbox/event';
import { dataOf, type ProjectedAgain, wasTaken } from '@bezel/service';
import type { Kysely } from 'kysely';
import { markLate } from '../board/mark-late.ts';
import { showMove } from '../board/show-move.ts';
import type { MesDatabase } from '../database/mes-database.ts';

type Asked = Pick<EventData<typeof ProjectingAsked>, 'messageId' | 'event'>;

/**
 * Shows a move or a late mark on the board that was taken and is not shown there, from its event. Safe more than once, and beside any
 * handler.
 */
export async function projectAgain(trx: Kysely<MesDatabase>, { messageId, event }: Asked): Promise<ProjectedAgain> {
  const moved = dataOf(OrderStatusChanged, event);
  const delayed = dataOf(OrderDelayed, event);
  const told = moved ?? delayed;
  if (told === undefined) return 'unfit';
  if (!(await wasTaken(trx, { messageId, at: told.at }))) return 'not-taken';
  const projected = moved ? await showMove(trx, moved) : delayed !== undefined && (await markLate(trx, delayed));
  return projected ? 'projected' : 'shown';
}
