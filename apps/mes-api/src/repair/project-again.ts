import { OrderStatusChanged, type ProjectingAsked } from '@bezel/contracts';
import type { EventData } from '@bezel/outbox/event';
import { dataOf, type ProjectedAgain, wasTaken } from '@bezel/service';
import type { Kysely } from 'kysely';
import { showMove } from '../board/show-move.ts';
import type { MesDatabase } from '../database/mes-database.ts';

type Asked = Pick<EventData<typeof ProjectingAsked>, 'messageId' | 'event'>;

/** Shows a move on the board that was taken and is not shown there, from its event. Safe more than once, and beside any handler. */
export async function projectAgain(trx: Kysely<MesDatabase>, { messageId, event }: Asked): Promise<ProjectedAgain> {
  const moved = dataOf(OrderStatusChanged, event);
  if (moved === undefined) return 'unfit';
  if (!(await wasTaken(trx, { messageId, at: moved.at }))) return 'not-taken';
  return (await showMove(trx, moved)) ? 'projected' : 'shown';
}
